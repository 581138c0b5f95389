/**
 * Applications: a commit is resolved, read, validated, planned and applied, in this order, one at a time per
 * Application and none waiting for another. The newest commit supersedes; one with errors changes nothing.
 * Objects that somebody changed by hand are put back from the commit that the cluster follows.
 */
import type { Application } from '../../schemas/berth/types.ts';
import { hasCondition, isCustomResourceDefinition } from '../core/custom/definition.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import type { KubeObject } from '../core/model/object.ts';
import { formatTime, parseTime } from '../core/model/time.ts';
import { ApplicationStatusWriter } from './application-status.ts';
import type { ViewChange } from '../core/model/view.ts';
import {
  type Clock,
  type Logger,
  type ManifestSource,
  type ManifestSources,
  type Schedules,
  SourceError,
  type SourceObject,
} from '../core/ports.ts';
import { applicationUser, forbiddenSteps } from '../core/sync/permissions.ts';
import { managerOf, planSync, type SyncPlan } from '../core/sync/plan.ts';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

/** Applications synced at the same time. */
const syncsInFlight = 4;
/** A plan that lost so many races in a row waits for its next turn. */
const attemptsMax = 10;
/** A clock that jumped is noticed within this time: no timer is longer. */
const tickMaxMs = 30_000;
const scheduleDefault = '* * * * *';
/** Planning anew after a source could not be read. */
const retryMs = 5_000;

export interface ApplicationPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sources: ManifestSources;
  readonly schedules: Schedules;
  /** One line per applied, refused or failed revision, for people. */
  readonly tell: (application: string, text: string) => void;
  readonly failed: (error: unknown) => void;
}

interface Following {
  readonly spec: Application['spec'];
  readonly source: ManifestSource;
  readonly abort: AbortController;
  /** The objects of the commit that the cluster follows. */
  applied: Pick<ReadCommit, 'commit' | 'objects'> | undefined;
  /** The newest commit as it was read, so that it is read once. */
  latest: ReadCommit | undefined;
  /** Whether the source has to be asked at the next turn; otherwise only drift is looked for. */
  due: boolean;
  /** When the source was last asked: what the schedule counts from, also over a restart. */
  lastRunMs: number;
}

interface ReadCommit {
  readonly commit: string;
  readonly objects: readonly SourceObject[];
  readonly problems: readonly string[];
}

export class ApplicationLoop {
  readonly #ports: ApplicationPorts;
  readonly #following = new Map<string, Following>();
  readonly #queue: WorkQueue<string>;
  readonly #status: ApplicationStatusWriter;
  #unlisten = (): void => undefined;

  constructor(ports: ApplicationPorts) {
    this.#ports = ports;
    const lastRunMs = (name: string): number => this.#following.get(name)?.lastRunMs ?? ports.clock.now();
    this.#status = new ApplicationStatusWriter(ports, lastRunMs);
    this.#queue = new WorkQueue<string>({
      clock: ports.clock,
      concurrency: syncsInFlight,
      failed: ports.failed,
      work: (name) => this.#turn(name),
    });
  }

  start(): void {
    this.#unlisten = this.#ports.cluster.listen((changes) => this.#take(changes));
    for (const application of this.#ports.cluster.view.list<Application>('berth.dev/v1alpha1', 'Application'))
      this.#follow(application);
    this.#queue.start();
  }

  stop(): void {
    this.#unlisten();
    this.#queue.stop();
    for (const following of this.#following.values()) following.abort.abort();
  }

  /** What a ref would change; changes nothing. */
  async plan(
    name: string,
    ref: string | undefined,
    signal: AbortSignal,
  ): Promise<{ commit: string; problems: readonly string[]; plan: SyncPlan | undefined }> {
    const application = this.#ports.cluster.view.get<Application>(
      'berth.dev/v1alpha1',
      'Application',
      '',
      name,
    );
    if (application === undefined)
      throw new SourceError('stalled', 'NotFound', `there is no Application ${name}`);
    const source = this.#ports.sources.open(
      ref === undefined ? application.spec : { ...application.spec, ref },
    );
    const commit = await source.resolve(signal);
    const { objects, problems } = await source.read(commit, signal);
    if (problems.length > 0)
      return { commit, problems: problems.map((problem) => problem.text), plan: undefined };
    const plan = this.#planOf(application, objects);
    return { commit, problems: this.#problemsOf(plan, application), plan };
  }

  #take(changes: readonly ViewChange[]): void {
    for (const change of changes) {
      if (change.ref.kind === 'Application') this.#applicationChanged(change);
      for (const [name, following] of this.#following) {
        const concerned = isDrift(change, managerOf(name)) || isEstablishment(change);
        if (following.applied !== undefined && concerned) this.#queue.add(name, name);
      }
    }
  }

  #applicationChanged(change: ViewChange): void {
    const before = change.before as Application | undefined;
    const after = change.after as Application | undefined;
    if (before !== undefined && after !== undefined && sameJson(before.spec, after.spec)) return;
    this.#following.get(change.ref.name)?.abort.abort();
    this.#following.delete(change.ref.name);
    if (after !== undefined) this.#follow(after);
  }

  #follow(application: Application): void {
    const name = application.metadata.name ?? '';
    const abort = new AbortController();
    const source = this.#ports.sources.open(application.spec);
    this.#following.set(name, {
      spec: application.spec,
      source,
      abort,
      applied: undefined,
      latest: undefined,
      // What it follows is not in memory after a start: the source is asked whatever the schedule says.
      due: true,
      lastRunMs: parseTime(application.status?.lastRun ?? '') ?? 0,
    });
    this.#queue.add(name, name);
    this.#listenTo(name, source, abort.signal).catch((error: unknown) => {
      this.#ports.logger.warn('a repository is not watched; its schedule still counts', {
        application: name,
        error: String(error),
      });
    });
  }

  async #listenTo(name: string, source: ManifestSource, signal: AbortSignal): Promise<void> {
    for await (const _ of source.changes(signal)) {
      const following = this.#following.get(name);
      if (following === undefined || signal.aborted) return;
      following.due = true;
      this.#queue.add(name, name);
    }
  }

  async #turn(name: string): Promise<WorkOutcome> {
    const following = this.#following.get(name);
    const application = this.#ports.cluster.view.get<Application>(
      'berth.dev/v1alpha1',
      'Application',
      '',
      name,
    );
    if (following === undefined || application === undefined || following.spec.suspend === true)
      return 'done';
    const now = this.#ports.clock.now();
    // A last run in the future is the mark of a clock that stepped back.
    following.lastRunMs = Math.min(following.lastRunMs, now);
    if (now >= this.#nextDueMs(following)) following.due = true;
    if (following.due) {
      following.due = false;
      following.lastRunMs = now;
      try {
        await this.#sync(name, following, now);
        await this.#status.ran(name);
      } catch (error) {
        // Its Application changed or went while it was read: what follows now has a turn of its own.
        if (following.abort.signal.aborted) return 'done';
        if (!(error instanceof SourceError)) throw error;
        await this.#status.sourceFailed(name, error, now);
        following.due = true;
        return { afterMs: retryMs };
      }
    } else if (following.applied !== undefined) {
      await this.#apply(name, following.applied.commit, following.applied.objects, now);
    }
    return {
      afterMs: Math.min(tickMaxMs, Math.max(1, this.#nextDueMs(following) - this.#ports.clock.now())),
    };
  }

  #nextDueMs({ spec, lastRunMs }: Following): number {
    return this.#ports.schedules.next(spec.schedule ?? scheduleDefault, lastRunMs) ?? lastRunMs + tickMaxMs;
  }

  async #sync(name: string, following: Following, startedMs: number): Promise<void> {
    const commit = await following.source.resolve(following.abort.signal);
    if (commit !== following.applied?.commit) {
      if (following.latest?.commit !== commit) following.latest = await this.#read(following, commit);
      const { latest } = following;
      // What the cluster's state refused once may pass now: a namespace that was missing, a port that was taken.
      if (latest.problems.length > 0) await this.#status.refused(name, commit, latest.problems, startedMs);
      else {
        const end = await this.#apply(name, commit, latest.objects, startedMs);
        if (end === 'applied') following.applied = latest;
        if (end === 'raced') following.due = true;
        if (end !== 'refused') return;
      }
    }
    await this.#keep(name, following, commit, startedMs);
  }

  /** Under a bad newest commit the cluster follows the last good one, after a restart too. */
  async #keep(name: string, following: Following, newest: string, startedMs: number): Promise<void> {
    const stored = this.#stored(name)?.status?.applied?.commit;
    if (following.applied === undefined && stored !== undefined && stored !== newest) {
      const read = await this.#read(following, stored);
      if (read.problems.length === 0) following.applied = read;
    }
    if (following.applied !== undefined)
      await this.#apply(name, following.applied.commit, following.applied.objects, startedMs);
  }

  async #read(following: Following, commit: string): Promise<ReadCommit> {
    const { objects, problems } = await following.source.read(commit, following.abort.signal);
    return { commit, objects, problems: problems.map((problem) => problem.text) };
  }

  #stored(name: string): Application | undefined {
    return this.#ports.cluster.view.get<Application>('berth.dev/v1alpha1', 'Application', '', name);
  }

  #planOf(application: Application, objects: readonly SourceObject[]): SyncPlan {
    return planSync({
      application: { name: application.metadata.name ?? '', prune: application.spec.prune ?? true },
      desired: objects,
      view: this.#ports.cluster.view,
      now: formatTime(this.#ports.clock.now()),
    });
  }

  /** What is wrong with a plan, and what its Application may not do. */
  #problemsOf(plan: SyncPlan, application: Application): readonly string[] {
    const { view } = this.#ports.cluster;
    const forbidden = forbiddenSteps(plan.steps, applicationUser(application), view);
    return [...plan.problems.map((problem) => problem.text), ...forbidden];
  }

  /** Plans and commits until nothing is left to do, the plan itself is refused, or too many races are lost. */
  async #apply(
    name: string,
    commit: string,
    objects: readonly SourceObject[],
    startedMs: number,
  ): Promise<'applied' | 'refused' | 'raced'> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const application = this.#stored(name);
      if (application === undefined) return 'applied';
      const plan = this.#planOf(application, objects);
      const problems = this.#problemsOf(plan, application);
      if (problems.length > 0) {
        await this.#status.refused(name, commit, problems, startedMs);
        return 'refused';
      }
      const changes = plan.steps.map((step) => step.change);
      const result = await this.#ports.cluster.submit(changes, { user: applicationUser(application) });
      if (result.ok) {
        await this.#status.applied(name, commit, plan, startedMs);
        return 'applied';
      }
      // Somebody was faster; the view shows it by now.
      if (result.problem.reason === 'Conflict' || result.problem.reason === 'AlreadyExists') continue;
      await this.#status.refused(name, commit, [result.problem.message], startedMs);
      return 'refused';
    }
    this.#ports.logger.warn('a commit lost every race and is planned again at the next turn', {
      application: name,
      commit,
    });
    return 'raced';
  }
}

/** Whether a custom kind is served from now on, which objects of a commit may wait for. */
function isEstablishment({ before, after }: ViewChange): boolean {
  const serves = (object: KubeObject | undefined): boolean =>
    object !== undefined && isCustomResourceDefinition(object) && hasCondition(object, 'Established');
  return serves(after) && !serves(before);
}

/** Whether a change touched the desired half of an object that `manager` owns fields of. */
function isDrift(change: ViewChange, manager: string): boolean {
  const owned = (object: KubeObject | undefined): boolean =>
    object?.metadata.managedFields?.some(
      (entry) => entry.manager === manager && entry.operation === 'Apply',
    ) ?? false;
  if (!owned(change.before)) return false;
  return change.after === undefined || !sameJson(desiredHalf(change.before), desiredHalf(change.after));
}

function desiredHalf(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { labels, annotations, deletionTimestamp } = object.metadata;
  return { ...object, status: undefined, metadata: { labels, annotations, deletionTimestamp } };
}
