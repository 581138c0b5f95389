/** What the reconciler that leads runs for one term: control loops, scheduling, links to hosts, compaction. */
import { join } from 'node:path';
import type { Auth } from './api/auth/auth.ts';
import { type ControllerSettings, controllers } from './core/controllers/table.ts';
import type { UsageSource } from './core/model/usage.ts';
import type {
  Clock,
  HostLinks,
  Leadership,
  Logger,
  ManifestSources,
  Random,
  Schedules,
  Store,
} from './core/ports.ts';
import { ApplicationLoop } from './loop/applications.ts';
import type { Cluster } from './loop/cluster.ts';
import { controllerLoop } from './loop/controllers.ts';
import { EventRecorder } from './loop/event-recorder.ts';
import { HostLoop } from './loop/hosts.ts';
import { ReportLoop } from './loop/reports.ts';
import { SchedulingLoop } from './loop/scheduling.ts';
import { UsageBoard } from './loop/usage-board.ts';
import type { Settings } from './settings.ts';
import { tokenSigner } from './token-signer.ts';

/** History kept for watches and reads of the past; older revisions are compacted away. */
const compactionIntervalMs = 60_000;

export interface TermParts {
  readonly settings: Settings;
  readonly store: Store;
  /** Links that tell hosts of the term's epoch. */
  readonly openLinks: (epoch: number) => HostLinks;
  readonly sources: ManifestSources;
  readonly schedules: Schedules;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A line for the person at the terminal. */
  readonly tell: (line: string) => void;
}

export interface Term {
  readonly applications: ApplicationLoop;
  readonly hosts: HostLoop;
  readonly links: HostLinks;
  /** What hosts and pods use. */
  readonly usage: UsageSource;
  /** Stops all of it; what is still under way is refused by its fence. */
  stop(): Promise<void>;
}

/** Starts all loops; `failed` hears of what makes the process end. */
export function startTerm(
  parts: TermParts,
  cluster: Cluster,
  leadership: Leadership,
  failed: (error: unknown) => void,
  signing: Pick<Auth, 'controllers' | 'caPem' | 'issueToken'>,
  api: Pick<ControllerSettings, 'apiEndpoint' | 'apiService'>,
): Term {
  const { settings, clock, random, logger, tell, sources, schedules } = parts;
  const links = parts.openLinks(leadership.epoch);
  const events = new EventRecorder(cluster, clock, logger);
  const usage = new UsageBoard(clock);
  const reports = new ReportLoop({ cluster, clock, logger, events, usage, failed });
  const told = (application: string, text: string): void =>
    tell(`${new Date(clock.now()).toISOString().slice(11, 19)} ${application} ${text}`);
  const hosts = new HostLoop({
    cluster,
    clock,
    logger,
    links,
    reports,
    settings: settings.network,
    signToken: tokenSigner(signing, cluster.view),
    keysDirectory: join(settings.state, 'keys'),
    defaultIdentity: settings.identity,
    failed,
  });
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
  const controllerSettings = {
    ...settings.network,
    rootCa: signing.caPem,
    usage,
    ...api,
  };
  const planners = [...controllers(controllerSettings), ...signing.controllers].map((controller) =>
    controllerLoop(controller, planning),
  );
  const inOrder = [
    events,
    hosts,
    ...planners,
    new SchedulingLoop(planning, settings.scheduler),
    applications,
  ];
  for (const loop of inOrder) loop.start();
  const stopCompaction = compactRegularly(parts.store, clock, logger);
  return {
    applications,
    usage,
    hosts,
    links,
    stop: async () => {
      stopCompaction();
      for (const loop of inOrder.toReversed()) await loop.stop();
      await links.close();
    },
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
