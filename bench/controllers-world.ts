/** The reconciler of the bench of controllers, alone in its process: `controllers-world.ts CASE`, a line of JSON out. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment } from '../schemas/kubernetes/types/apps-v1.ts';
import type { Node } from '../schemas/kubernetes/types/core-v1.ts';
import { createAuth } from '../reconciler/api/auth/auth.ts';
import { fileVault } from '../reconciler/api/auth/file-vault.ts';
import type { KubeObject } from '../reconciler/core/model/object.ts';
import { formatIpv4, parseCidr } from '../reconciler/core/registry/cidr.ts';
import { networkDefaults } from '../reconciler/core/registry/allocate.ts';
import type { HostLinks, Logger, Store } from '../reconciler/core/ports.ts';
import { defaultConfiguration } from '../reconciler/core/scheduler/profile.ts';
import { ensureFirstObjects } from '../reconciler/first-objects.ts';
import { Cluster } from '../reconciler/loop/cluster.ts';
import { soleElection } from '../reconciler/loop/leadership.ts';
import type { Settings } from '../reconciler/settings.ts';
import { openLogStore } from '../reconciler/store/log/log-store.ts';
import { createMemoryStore } from '../reconciler/store/memory/memory-store.ts';
import { systemClock, systemRandom } from '../reconciler/system/system-ports.ts';
import { startTerm } from '../reconciler/term.ts';
import { pipeLinks, type Told } from './controllers-wire.ts';

export interface ControllersCase {
  readonly hosts: number;
  readonly pods: number;
  readonly store: 'memory' | 'log';
  /** Whether a Service selects the pods: then every host hears of every endpoint. */
  readonly service: boolean;
  /** File for a processor profile of the time from the scaling on; empty for none. */
  readonly profile: string;
}

export interface ControllersFigures {
  readonly joinedSeconds: number;
  /** From then until nobody was told anything any more: hosts hear of each other's networks. */
  readonly settledSeconds: number;
  /** From the scaling until the last pod is bound, and until the Deployment counts all as ready. */
  readonly boundSeconds: number;
  readonly runningSeconds: number;
  /** Processor time of the reconciler's process from the scaling on, all threads. */
  readonly cpuSeconds: number;
  readonly residentMiBMax: number;
  /** The same before the scaling: with the hosts joined, and nothing run on them. */
  readonly residentMiBJoined: number;
  readonly heapMiB: number;
  readonly revisions: number;
}

const namespace = 'default';
const name = 'web';
const deadlineMs = 300_000;
const lookMs = 100;
/** So long nobody is told anything in a cluster at rest. */
const quietMs = 1_000;

const complain = (message: string, fields?: object): void =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const ignore = (): void => undefined;
const logger: Logger = { debug: ignore, info: ignore, warn: complain, error: complain };

const failed = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
};

const directory = mkdtempSync(join(tmpdir(), 'berth-bench-controllers-'));
try {
  const wanted = JSON.parse(process.argv[2] ?? '') as ControllersCase;
  const store = wanted.store === 'memory' ? createMemoryStore() : await openLogStore({ directory });
  process.stdout.write(`${JSON.stringify(await measure(store, wanted))}\n`);
  process.exitCode = 0;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

async function measure(store: Store, wanted: ControllersCase): Promise<ControllersFigures> {
  const agents = await startAgents(join(directory, 'hosts.sock'));
  const { cluster, told } = await startReconciler(store, agents.socket);
  const resident = watchResident();
  const startedMs = performance.now();
  for (let from = 0; from < wanted.hosts; from += 100)
    await addHosts(cluster, from, Math.min(wanted.hosts, from + 100));
  await until(() => readyNodes(cluster) === wanted.hosts);
  const joinedSeconds = (performance.now() - startedMs) / 1000;
  await create(cluster, deployment());
  if (wanted.service) await create(cluster, service());
  // What is measured is the scaling of a cluster at rest, not what is left of its beginning.
  await until(() => performance.now() - told().lastToldMs() > quietMs);
  const settledSeconds = (told().lastToldMs() - startedMs) / 1000 - joinedSeconds;
  const residentMiBJoined = resident();
  const profiled = wanted.profile === '' ? undefined : await profiling();
  const cpu = process.cpuUsage();
  const scaledMs = performance.now();
  const before = cluster.view.revision;
  await scale(cluster, wanted.pods);
  const pods = (): number => cluster.view.list('v1', 'Pod', namespace).length;
  await until(() => pods() === wanted.pods && cluster.view.podsOnNode('').length === 0);
  const boundSeconds = (performance.now() - scaledMs) / 1000;
  await until(() => stored(cluster)?.status?.readyReplicas === wanted.pods);
  const runningSeconds = (performance.now() - scaledMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (profiled !== undefined) writeFileSync(wanted.profile, JSON.stringify(await profiled()));
  globalThis.gc?.();
  const figures = {
    ...{ joinedSeconds, settledSeconds, boundSeconds, runningSeconds },
    cpuSeconds: (user + system) / 1e6,
    residentMiBMax: resident(),
    residentMiBJoined,
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    revisions: cluster.view.revision - before,
  };
  agents.stop();
  return figures;
}

async function startAgents(path: string): Promise<{ readonly socket: Socket; readonly stop: () => void }> {
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const script = new URL('controllers-agents.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, path], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return { socket: await connected, stop: () => void child.kill() };
}

interface Reconciler {
  readonly cluster: Cluster;
  readonly told: () => Told;
}

async function startReconciler(store: Store, socket: Socket): Promise<Reconciler> {
  const settings: Settings = {
    state: directory,
    socket: join(directory, 'api.sock'),
    identity: undefined,
    application: undefined,
    // Room for a range of addresses per host.
    network: { ...networkDefaults, clusterCidr: '10.64.0.0/10' },
    listen: undefined,
    auditPolicy: undefined,
    oidc: undefined,
    serverNames: [],
    etcd: undefined,
    scheduler: defaultConfiguration,
  };
  const ports = { store, clock: systemClock, random: systemRandom };
  const cluster = await Cluster.load({ ...ports, settings: settings.network });
  cluster.follow(new AbortController().signal).catch(failed);
  await ensureFirstObjects(cluster, settings, 6443);
  const auth = await createAuth({
    vault: fileVault(join(directory, 'pki')),
    settings: { stateDirectory: directory, serverNames: [], serverUrl: 'https://127.0.0.1:6443' },
    view: cluster.view,
    clock: systemClock,
    random: systemRandom,
    logger,
  });
  const leadership = await soleElection(store, 'bench').campaign(new AbortController().signal);
  await cluster.until(leadership.modRevision);
  cluster.lead(leadership);
  let links: (HostLinks & Told) | undefined;
  startTerm(
    {
      ...ports,
      settings,
      openLinks: (epoch) => {
        links = pipeLinks(socket, epoch);
        return links;
      },
      sources: { open: () => failed(new Error('there is no repository')) },
      schedules: { next: () => undefined },
      logger,
      tell: ignore,
    },
    cluster,
    leadership,
    failed,
    auth,
    {},
  );
  const told = (): Told => links ?? failed(new Error('the term opened no links'));
  return { cluster, told };
}

/** Begins a profile; the returned function ends it. */
async function profiling(): Promise<() => Promise<object>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => (await session.post('Profiler.stop')).profile;
}

/** Gives the most memory that the process held, in MiB. */
function watchResident(): () => number {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 50);
  timer.unref();
  return () => most / 2 ** 20;
}

async function addHosts(cluster: Cluster, from: number, to: number): Promise<void> {
  const base = parseCidr('172.16.0.0/12').base + 1;
  for (let index = from; index < to; index++) {
    const spec = {
      address: formatIpv4(base + index),
      hostKeys: ['SHA256:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY'],
    };
    const metadata = { name: `host-${String(index).padStart(4, '0')}` };
    await create(cluster, { apiVersion: 'berth.dev/v1alpha1', kind: 'Host', metadata, spec } as KubeObject);
  }
}

function readyNodes(cluster: Cluster): number {
  return cluster.view
    .list<Node>('v1', 'Node')
    .filter(
      ({ spec, status }) =>
        spec?.podCIDR !== undefined && isReady(status) && (spec.taints ?? []).length === 0,
    ).length;
}

function isReady(status: Node['status']): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

function deployment(): KubeObject {
  const labels = { app: name };
  const resources = { requests: { cpu: '100m', memory: '64Mi' } };
  const containers = [{ name: 'main', image: 'fast:1', resources, ports: [{ containerPort: 80 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  } as KubeObject;
}

function service(): KubeObject {
  const spec = { selector: { app: name }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as KubeObject;
}

function stored(cluster: Cluster): Deployment | undefined {
  return cluster.view.get<Deployment>('apps/v1', 'Deployment', namespace, name);
}

async function create(cluster: Cluster, object: KubeObject): Promise<void> {
  const result = await cluster.submit([{ type: 'create', object }], { fence: 'none' });
  if (!result.ok) throw new Error(result.problem.message);
}

async function scale(cluster: Cluster, replicas: number): Promise<void> {
  for (;;) {
    const object = stored(cluster);
    if (object === undefined) throw new Error('the Deployment is gone');
    const next = { ...object, spec: { ...object.spec, replicas } } as Deployment;
    const result = await cluster.submit([{ type: 'update', scope: 'spec', object: next }], { fence: 'none' });
    if (result.ok) return;
    if (result.problem.code !== 409) throw new Error(result.problem.message);
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = performance.now() + deadlineMs; !holds(); ) {
    if (performance.now() > endMs) throw new Error(`not reached within ${deadlineMs / 1000} s`);
    await pause(lookMs);
  }
}
