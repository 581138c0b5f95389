/** One shape in one process, through queue, scheduler, applier and store: `scheduler-world.ts CASE`, a line of JSON out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pod } from '../schemas/kubernetes/types/core-v1.ts';
import { encodeObject, type KubeObject, refOf, storeKey } from '../reconciler/core/model/object.ts';
import type { Change } from '../reconciler/core/model/plan.ts';
import type { Logger, Store, StoreWrite } from '../reconciler/core/ports.ts';
import { networkDefaults } from '../reconciler/core/registry/allocate.ts';
import { Planner } from '../reconciler/core/scheduler/planner.ts';
import { defaultConfiguration } from '../reconciler/core/scheduler/profile.ts';
import { SchedulerState } from '../reconciler/core/scheduler/state/scheduler-state.ts';
import { Cluster } from '../reconciler/loop/cluster.ts';
import { EventRecorder } from '../reconciler/loop/event-recorder.ts';
import { takeLead } from '../reconciler/loop/leadership.ts';
import { SchedulingLoop } from '../reconciler/loop/scheduling.ts';
import { openLogStore } from '../reconciler/store/log/log-store.ts';
import { createMemoryStore } from '../reconciler/store/memory/memory-store.ts';
import { systemClock, systemRandom } from '../reconciler/system/system-ports.ts';
import { percentile } from './figures.ts';
import { nodeName, nodeOf, podOf, type Shape, shapes } from './scheduler-shapes.ts';

export interface Case {
  readonly shape: string;
  readonly nodes: number;
  readonly pods: number;
  readonly store: 'memory' | 'log';
}

export interface CaseFigures {
  /** Of a backlog: from the start of the scheduler to the last bind. */
  readonly podsPerSecond: number;
  /** The same by the time that the process had a processor, all threads: what a machine without other load shows. */
  readonly podsPerCpuSecond: number;
  /** From a pod's creation to its bind, pods created at a steady rate. */
  readonly bindMs: { readonly median: number; readonly p99: number };
  /** One decision in the core, its share of the state's upkeep included. */
  readonly decisionMs: { readonly median: number; readonly p99: number };
  readonly residentMiB: number;
}

const perCommit = 500;
const pacedPods = 500;
const pacedPerSecond = 200;
const decisions = 1_000;
const deadlineMs = 240_000;
const restMs = 250;

const ignore = (): void => undefined;
const logger: Logger = {
  debug: ignore,
  info: ignore,
  warn: (message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
  error: (message, fields) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

const failed = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
};

async function main(text: string | undefined): Promise<void> {
  const wanted = JSON.parse(text ?? '') as Case;
  const shape = shapes.find(({ name }) => name === wanted.shape);
  if (shape === undefined) throw new Error(`no shape ${wanted.shape}`);
  const directory = mkdtempSync(join(tmpdir(), 'berth-bench-scheduler-'));
  const store = wanted.store === 'memory' ? createMemoryStore() : await openLogStore({ directory });
  try {
    process.stdout.write(`${JSON.stringify(await measure(store, shape, wanted))}\n`);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(store: Store, shape: Shape, { nodes, pods }: Case): Promise<CaseFigures> {
  await fill(store, shape, nodes);
  const leadership = await takeLead(store);
  const ports = { store, clock: systemClock, random: systemRandom, settings: networkDefaults, leadership };
  const cluster = await Cluster.load(ports);
  const stop = new AbortController();
  const followed = cluster.follow(stop.signal).catch(failed);
  const events = new EventRecorder(cluster, systemClock, logger);
  const loop = new SchedulingLoop({
    cluster,
    clock: systemClock,
    random: systemRandom,
    logger,
    events,
    failed,
  });
  const binds = new Binds(cluster);
  loop.start();
  // As in scheduler_perf the scheduler has placed the first pods itself: what is measured runs warm.
  const first = placesExisting(shape) ? shape.existing : 0;
  await create(store, cluster, 'existing', first, shape.existingPod);
  await binds.reached(first);
  await create(store, cluster, 'hopeless', shape.hopeless ?? 0, () => ({ requests: { cpu: '64' } }));
  await rest(cluster);
  const [began, cpuBefore] = [performance.now(), cpuSeconds()];
  await create(store, cluster, 'waiting', pods, shape.pod);
  await binds.reached(first + pods);
  const podsPerSecond = (pods / (performance.now() - began)) * 1000;
  const podsPerCpuSecond = pods / (cpuSeconds() - cpuBefore);
  await rest(cluster);
  const latencies = await paced(cluster, shape, binds, first + pods);
  loop.stop();
  await rest(cluster);
  const residentMiB = process.memoryUsage().rss / 2 ** 20;
  const figures = {
    podsPerSecond,
    podsPerCpuSecond,
    bindMs: { median: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    decisionMs: decide(cluster, shape),
    residentMiB,
  };
  stop.abort();
  await followed;
  return figures;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Where they fill the cluster to the brim they are laid out by hand. */
function placesExisting({ existing }: Shape): boolean {
  return existing <= 1_000;
}

/** Until nothing is written any more, events included. */
async function rest(cluster: Cluster): Promise<void> {
  for (let revision = -1; revision !== cluster.view.revision; ) {
    revision = cluster.view.revision;
    await pause(restMs);
  }
}

/** What is there beforehand goes straight into the store: it is not what is measured. */
async function fill(store: Store, shape: Shape, nodes: number): Promise<void> {
  const namespace: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'bench', uid: 'bench' },
  };
  const high = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high', uid: 'high' },
    value: 1000,
  };
  const objects: KubeObject[] = [namespace, high];
  for (let index = 0; index < nodes; index++) objects.push(nodeOf(index, shape.nodeLabels(index)));
  for (let index = 0; !placesExisting(shape) && index < shape.existing; index++) {
    const pod = podOf(`existing-${index}`, shape.existingPod(index));
    objects.push({
      ...pod,
      metadata: { ...pod.metadata, uid: `existing-${index}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { ...pod.spec, priority: 0, nodeName: nodeName(index % nodes) },
      status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
    } as Pod);
  }
  await put(store, objects);
}

async function put(store: Store, objects: readonly KubeObject[]): Promise<void> {
  for (let at = 0; at < objects.length; at += perCommit) {
    const writes = objects.slice(at, at + perCommit).map(
      (object): StoreWrite => ({
        type: 'put',
        key: storeKey(refOf(object)),
        value: encodeObject(object),
        expected: 0,
      }),
    );
    await store.commit(writes);
  }
}

/** Pods as the API leaves them, put beside it: making them is not what is measured. */
async function create(
  store: Store,
  cluster: Cluster,
  prefix: string,
  count: number,
  facts: Shape['pod'],
): Promise<void> {
  if (count === 0) return;
  const pods: Pod[] = [];
  for (let index = 0; index < count; index++) pods.push(podOf(`${prefix}-${index}`, facts(index)));
  const [first] = pods;
  const change: Change = { type: 'create', object: first as Pod };
  const result = await cluster.submit([change], { dryRun: true });
  if (!result.ok) throw new Error(result.problem.message);
  const made = result.outcomes[0]?.object as Pod;
  await put(
    store,
    pods.map(({ metadata: { name = '' } }): Pod => {
      return { ...made, metadata: { ...made.metadata, name, uid: name } };
    }),
  );
}

/** Binds as the view shows them. */
class Binds {
  readonly #atMs = new Map<string, number>();
  #waiting: { readonly count: number; readonly done: () => void } | undefined;

  constructor(cluster: Cluster) {
    cluster.listen((changes) => {
      for (const { ref, before, after } of changes) {
        if (ref.kind !== 'Pod' || (after as Pod | undefined)?.spec?.nodeName === undefined) continue;
        if ((before as Pod | undefined)?.spec?.nodeName === undefined)
          this.#atMs.set(ref.name, performance.now());
      }
      if (this.#waiting !== undefined && this.#atMs.size >= this.#waiting.count) this.#waiting.done();
    });
  }

  atMs(name: string): number {
    return this.#atMs.get(name) ?? Number.NaN;
  }

  async reached(count: number): Promise<void> {
    if (this.#atMs.size >= count) return;
    const timer = setTimeout(
      () => failed(new Error(`${this.#atMs.size} of ${count} were bound`)),
      deadlineMs,
    );
    await new Promise<void>((done) => {
      this.#waiting = { count, done };
    });
    clearTimeout(timer);
  }
}

/** Pods created one by one at a steady rate; milliseconds from when each was created to its bind. */
async function paced(
  cluster: Cluster,
  shape: Shape,
  binds: Binds,
  before: number,
): Promise<readonly number[]> {
  const created = new Map<string, number>();
  const began = performance.now();
  for (let index = 0; index < pacedPods; index++) {
    const dueMs = began + (index / pacedPerSecond) * 1000;
    if (dueMs > performance.now()) await pause(dueMs - performance.now());
    const name = `paced-${index}`;
    created.set(name, performance.now());
    void cluster
      .submit([{ type: 'create', object: podOf(name, shape.pod(index)) }])
      .then((result) => (result.ok ? undefined : failed(new Error(result.problem.message))));
  }
  await binds.reached(before + pacedPods);
  return [...created].map(([name, atMs]) => binds.atMs(name) - atMs);
}

/** Decisions one by one, each on a state that knows those before. */
function decide(cluster: Cluster, shape: Shape): CaseFigures['decisionMs'] {
  const state = new SchedulerState(cluster.view);
  const planner = new Planner(state, defaultConfiguration);
  const samples: number[] = [];
  for (let index = 0; index < decisions; index++) {
    const pod = podOf(`decided-${index}`, shape.pod(index));
    const priority = pod.spec?.priorityClassName === 'high' ? 1000 : 0;
    const waiting = {
      ...pod,
      metadata: { ...pod.metadata, uid: `decided-${index}` },
      spec: { containers: [], ...pod.spec, priority },
    };
    const began = performance.now();
    planner.plan([waiting], { nowMs: 0, seed: index });
    samples.push(performance.now() - began);
  }
  return { median: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
}

await main(process.argv[2]);
