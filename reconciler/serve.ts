/** The reconciler at work: everything that is running, started in order and stopped in the reverse one. */
import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Application } from '../schemas/berth/types.ts';
import { createApiServer } from './api/server.ts';
import { controllers } from './core/controllers/table.ts';
import type { ClusterAccess } from './core/model/access.ts';
import type { KubeObject } from './core/model/object.ts';
import type { Change } from './core/model/plan.ts';
import type { Clock, HostLinks, Logger, ManifestSources, Random, Schedules, Store } from './core/ports.ts';
import { planAsData, renderPlan } from './core/sync/render.ts';
import { ApplicationLoop } from './loop/applications.ts';
import { Cluster } from './loop/cluster.ts';
import { controllerLoop } from './loop/controllers.ts';
import { EventRecorder } from './loop/event-recorder.ts';
import { HostLoop } from './loop/hosts.ts';
import type { Leadership } from './loop/leadership.ts';
import { ReportLoop } from './loop/reports.ts';
import { SchedulingLoop } from './loop/scheduling.ts';
import type { ApplicationSettings, Settings } from './settings.ts';

/** History kept for watches and reads of the past; older revisions are compacted away. */
const compactionIntervalMs = 60_000;

export interface ServeParts {
  readonly settings: Settings;
  readonly store: Store;
  readonly leadership: Leadership;
  readonly links: HostLinks;
  readonly sources: ManifestSources;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** A line for the person at the terminal. */
  readonly tell: (line: string) => void;
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Runs until `signal` aborts; rejects where something can no longer be trusted. */
export async function serve(parts: ServeParts, signal: AbortSignal): Promise<void> {
  const { settings, store, clock, random, logger, tell } = parts;
  const stop = new AbortController();
  const broken = Promise.withResolvers<never>();
  const failed = (error: unknown): void =>
    broken.reject(error instanceof Error ? error : new Error(String(error)));
  const { leadership } = parts;
  const cluster = await Cluster.load({ store, clock, random, settings: settings.network, leadership });
  cluster.follow(stop.signal).catch(failed);
  await ensureObjects(cluster, settings.application);
  const loops = makeLoops(parts, cluster, failed);
  const backend = backendOf(loops.applications, loops.hosts, parts.links);
  const server = createApiServer({ cluster, clock, logger, version: parts.version, backend });
  for (const loop of loops.inOrder) loop.start();
  const stopCompaction = compactRegularly(store, clock, logger);
  try {
    await listen(server, settings.socket);
    tell(`berth is up: API on ${settings.socket}, state in ${settings.state}`);
    await Promise.race([broken.promise, aborted(signal)]);
  } finally {
    server.close();
    server.closeAllConnections();
    stopCompaction();
    for (const loop of loops.inOrder.toReversed()) await loop.stop();
    stop.abort();
  }
}

interface StartStop {
  start(): void;
  stop(): void | Promise<void>;
}

interface Loops {
  readonly applications: ApplicationLoop;
  readonly hosts: HostLoop;
  /** As they are started; stopped in the reverse order. */
  readonly inOrder: readonly StartStop[];
}

function makeLoops(parts: ServeParts, cluster: Cluster, failed: (error: unknown) => void): Loops {
  const { settings, clock, random, logger, links, tell } = parts;
  const events = new EventRecorder(cluster, clock, logger);
  const reports = new ReportLoop({ cluster, clock, logger, events, failed });
  const keysDirectory = join(settings.state, 'keys');
  const told = (application: string, text: string): void =>
    tell(`${new Date(clock.now()).toISOString().slice(11, 19)} ${application} ${text}`);
  const hosts = new HostLoop({
    cluster,
    clock,
    logger,
    links,
    reports,
    settings: settings.network,
    keysDirectory,
    defaultIdentity: settings.identity,
    failed,
  });
  const { sources, schedules } = parts;
  const applications = new ApplicationLoop({
    cluster,
    clock,
    logger,
    sources,
    schedules,
    tell: told,
    failed,
  });
  const planning = { cluster, clock, random, logger, events, failed };
  const controllerSettings = { ...settings.network, observingSinceMs: clock.now() };
  const planners = controllers(controllerSettings).map((controller) => controllerLoop(controller, planning));
  return {
    applications,
    hosts,
    inOrder: [events, hosts, ...planners, new SchedulingLoop(planning), applications],
  };
}

function backendOf(
  applications: ApplicationLoop,
  hosts: HostLoop,
  links: HostLinks,
): Parameters<typeof createApiServer>[0]['backend'] {
  return {
    plan: async (name, ref, signal) => {
      const { commit, problems, plan } = await applications.plan(name, ref, signal);
      return {
        commit,
        problems,
        text: plan === undefined ? '' : renderPlan(plan, { color: false }),
        plan: plan === undefined ? null : planAsData(plan),
      };
    },
    scan: (address, port, signal) => links.scan(address, port, signal),
    images: async (host, signal) => hosts.link(host).images(signal),
    importImage: async (host, digest, archive, signal) =>
      hosts.link(host).importImage(digest, archive, signal),
    logs: async (host, query, signal) => hosts.link(host).logs(query, signal),
  };
}

/** What every cluster has, and the Application that the command line named. */
async function ensureObjects(
  cluster: ClusterAccess,
  application: ApplicationSettings | undefined,
): Promise<void> {
  const changes: Change[] = systemNamespaces
    .filter((name) => cluster.view.get<KubeObject>('v1', 'Namespace', '', name) === undefined)
    .map((name) => ({ type: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } }));
  if (application !== undefined) changes.push(applicationChange(cluster, application));
  const result = await cluster.submit(changes);
  if (!result.ok) throw new Error(`the first objects could not be written: ${result.problem.message}`);
}

function applicationChange(cluster: ClusterAccess, settings: ApplicationSettings): Change {
  const { name, repository, ref, path, schedule, prune } = settings;
  const spec = {
    repository,
    ref,
    prune,
    ...(path === undefined ? {} : { path }),
    ...(schedule === undefined ? {} : { schedule }),
  };
  const live = cluster.view.get<Application>('berth.dev/v1alpha1', 'Application', '', name);
  if (live !== undefined) return { type: 'update', scope: 'spec', object: { ...live, spec } as Application };
  return {
    type: 'create',
    object: {
      apiVersion: 'berth.dev/v1alpha1',
      kind: 'Application',
      metadata: { name },
      spec,
    } as Application,
  };
}

function compactRegularly(store: Store, clock: Clock, logger: Logger): () => void {
  let before = 0;
  let cancel = (): void => undefined;
  const turn = async (): Promise<void> => {
    const revision = await store.revision();
    if (before > 0) await store.compact(before);
    before = revision;
  };
  const schedule = (): void => {
    cancel = clock.after(compactionIntervalMs, () => {
      turn().catch((error: unknown) => logger.error('compaction failed', { error: String(error) }));
      schedule();
    });
  };
  schedule();
  return () => cancel();
}

/** Listens on a unix socket for its owner alone; one that nobody answers on is removed first. */
async function listen(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    if (await answers(path)) throw new Error(`another reconciler already answers on ${path}`);
    unlinkSync(path);
  }
  const former = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(former);
  }
  chmodSync(path, 0o600);
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
