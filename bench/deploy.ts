/**
 * From `git push` to running containers, next to the floor: the same containers started directly by CRI on the
 * same hosts in the same run, with the concurrency that the agent uses.
 */
import { request } from 'node:http';
import { CriClient } from '../nodes/agent/runtime/cri/cri-client.ts';
import type { Pod } from '../schemas/kubernetes/types/core-v1.ts';
import { startCluster, type TestCluster } from '../test/e2e/cluster.ts';
import { sleeper } from '../test/e2e/manifests.ts';
import { median, percentile, printFigures } from './figures.ts';

const onePodRuns = 30;
const manyRuns = 5;
const manyPods = 30;
const hosts = 3;
/** Pods that the agent works on at the same time on one host. */
const perHostAtOnce = 8;
const image = 'berth.local/busybox:1';
const namespace = 'bench';
const namespaceManifest = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n`;

export async function run(_args: string[]): Promise<void> {
  const cluster = await startCluster({ name: 'bench', hosts, images: ['busybox:1'] });
  try {
    await cluster.push({ 'namespace.yaml': namespaceManifest });
    const watch = await watchPods(cluster.berth.socket);
    await deploy(cluster, watch, ['warmup']);
    const clients = cluster.lab.hosts.map(
      (host) => new CriClient(host.machinePath('/run/containerd/containerd.sock')),
    );
    await floor(clients, 1);
    const one: number[] = [];
    const oneFloor: number[] = [];
    for (let index = 0; index < onePodRuns; index++) {
      progress(`one pod, ${index + 1} of ${onePodRuns}`);
      one.push(await deploy(cluster, watch, [`one-${index}`]));
      oneFloor.push(await floor(clients, 1));
    }
    const many: number[] = [];
    const manyFloor: number[] = [];
    for (let index = 0; index < manyRuns; index++) {
      progress(`${manyPods} pods on ${hosts} hosts, ${index + 1} of ${manyRuns}`);
      many.push(
        await deploy(
          cluster,
          watch,
          Array.from({ length: manyPods }, (_, pod) => `many-${index}-${pod}`),
        ),
      );
      manyFloor.push(await floor(clients, manyPods));
    }
    watch.close();
    printFigures(
      'deploy',
      [
        {
          name: 'git push to one running pod',
          unit: 'ms',
          median: median(one),
          p99: percentile(one, 0.99),
          floor: median(oneFloor),
        },
        {
          name: `git push to ${manyPods} running pods on ${hosts} hosts`,
          unit: 'ms',
          median: median(many),
          p99: percentile(many, 0.99),
          floor: median(manyFloor),
        },
      ],
      { onePodMs: one, onePodFloorMs: oneFloor, manyPodsMs: many, manyPodsFloorMs: manyFloor },
    );
  } finally {
    await cluster.down();
  }
}

/** Pushes these pods, waits until all run, removes them again. Milliseconds from the start of `git push`. */
async function deploy(cluster: TestCluster, watch: PodWatch, names: readonly string[]): Promise<number> {
  const files = Object.fromEntries(
    names.map((name) => [`pods/${name}.yaml`, sleeper(namespace, name, image)]),
  );
  await cluster.commit(files);
  const started = performance.now();
  const running = Promise.all(names.map((name) => watch.running(name)));
  await cluster.pushCommitted();
  await running;
  const elapsed = Math.max(...names.map((name) => watch.runningAt(name))) - started;
  await cluster.push(Object.fromEntries(names.map((name) => [`pods/${name}.yaml`, null])));
  await Promise.all(names.map((name) => watch.gone(name)));
  return elapsed;
}

interface PodWatch {
  running(name: string): Promise<void>;
  runningAt(name: string): number;
  gone(name: string): Promise<void>;
  close(): void;
}

/** Notes when each pod of the namespace first shows as running, from a watch of the API. */
async function watchPods(socketPath: string): Promise<PodWatch> {
  const runningAt = new Map<string, number>();
  const gone = new Set<string>();
  const waiting: { readonly holds: () => boolean; readonly done: () => void }[] = [];
  const when = (holds: () => boolean): Promise<void> =>
    holds() ? Promise.resolve() : new Promise((done) => waiting.push({ holds, done }));
  const take = (line: string): void => {
    const { type, object } = JSON.parse(line) as { type: string; object: Pod };
    const name = object.metadata.name ?? '';
    if (type === 'DELETED') gone.add(name);
    else if (object.status?.containerStatuses?.[0]?.state?.running !== undefined && !runningAt.has(name))
      runningAt.set(name, performance.now());
    for (const waiter of waiting.splice(0)) {
      if (waiter.holds()) waiter.done();
      else waiting.push(waiter);
    }
  };
  const outgoing = request({ socketPath, path: `/api/v1/namespaces/${namespace}/pods?watch=true` });
  await new Promise<void>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      let rest = '';
      answer.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(line);
      });
      resolve();
    });
    outgoing.end();
  });
  return {
    running: (name) => when(() => runningAt.has(name)),
    runningAt: (name) => runningAt.get(name) ?? Number.NaN,
    gone: (name) => when(() => gone.has(name)),
    close: () => outgoing.destroy(),
  };
}

let floorPods = 0;

/** Starts so many pods directly by CRI, spread over the hosts; milliseconds until the last one runs. */
async function floor(clients: readonly CriClient[], pods: number): Promise<number> {
  const started = performance.now();
  const ids = await Promise.all(
    clients.map((client, host) => {
      const count = Math.floor(pods / clients.length) + (host < pods % clients.length ? 1 : 0);
      return atMost(perHostAtOnce, count, () => startPod(client));
    }),
  );
  const elapsed = performance.now() - started;
  for (const [host, client] of clients.entries()) {
    await atMost(perHostAtOnce, ids[host]?.length ?? 0, async (index) => {
      const podSandboxId = ids[host]?.[index] ?? '';
      await client.call('StopPodSandbox', { podSandboxId });
      await client.call('RemovePodSandbox', { podSandboxId });
    });
  }
  return elapsed;
}

async function startPod(client: CriClient): Promise<string> {
  const name = `floor-${++floorPods}`;
  const sandboxConfig = {
    metadata: { name, uid: name, namespace: 'floor', attempt: 0 },
    hostname: name,
    logDirectory: `/var/log/pods/${name}`,
    linux: {},
  };
  const { podSandboxId } = await client.call('RunPodSandbox', { config: sandboxConfig });
  const config = {
    metadata: { name: 'main', attempt: 0 },
    image: { image },
    command: ['/bin/sh', '-c', "trap 'exit 0' TERM; while true; do sleep 1 & wait; done"],
    logPath: 'main.log',
    linux: {},
  };
  const { containerId } = await client.call('CreateContainer', { podSandboxId, config, sandboxConfig });
  await client.call('StartContainer', { containerId });
  return podSandboxId;
}

/** Runs `count` jobs, `limit` at a time; results in order. */
async function atMost<T>(limit: number, count: number, job: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = new Array<T>(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await job(index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker));
  return results;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
