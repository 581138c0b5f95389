/**
 * Applications: a commit is resolved, read, validated, planned and applied, in this order, one at a time per
 * Application and none waiting for another. The newest commit supersedes; one with errors changes nothing.
 * Objects that somebody changed by hand are put back from the commit that the cluster follows.
 */
import type { Application, ApplicationStatus, RevisionStatus } from '../../schemas/berth/types.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import type { KubeObject } from '../core/model/object.ts';
import { formatTime } from '../core/model/time.ts';
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
import { managerOf, planSync, type SyncPlan } from '../core/sync/plan.ts';
import { renderPlan } from '../core/sync/render.ts';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

/** Applications synced at the same time. */
const syncsInFlight = 4;
/** A plan that lost so many races in a row waits for its next turn. */
const attemptsMax = 10;
/** Problems kept in the status; the rest is counted. */
const problemsKept = 100;
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
  applied: { readonly commit: string; readonly objects: readonly SourceObject[] } | undefined;
  /** The commit last found wrong, so that it is read once. */
  refused: string | undefined;
  /** Whether the source has to be asked at the next turn; otherwise only drift is looked for. */
  due: boolean;
  nextDueMs: number;
}

export class ApplicationLoop {
  readonly #ports: ApplicationPorts;
  readonly #following = new Map<string, Following>();
  readonly #queue: WorkQueue<string>;
  #unlisten = (): void => undefined;

  constructor(ports: ApplicationPorts) {
    this.#ports = ports;
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
    return { commit, problems: plan.problems.map((problem) => problem.text), plan };
  }

  #take(changes: readonly ViewChange[]): void {
    for (const change of changes) {
      if (change.ref.kind === 'Application') this.#applicationChanged(change);
      for (const [name, following] of this.#following) {
        if (following.applied !== undefined && isDrift(change, managerOf(name))) this.#queue.add(name, name);
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
      refused: undefined,
      due: true,
      nextDueMs: 0,
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
    if (now >= following.nextDueMs) following.due = true;
    if (following.due) {
      following.due = false;
      following.nextDueMs =
        this.#ports.schedules.next(following.spec.schedule ?? scheduleDefault, now) ?? now + tickMaxMs;
      try {
        await this.#sync(name, following, now);
      } catch (error) {
        // Its Application changed or went while it was read: what follows now has a turn of its own.
        if (following.abort.signal.aborted) return 'done';
        if (!(error instanceof SourceError)) throw error;
        await this.#sourceFailed(name, error, now);
        following.due = true;
        // The failure stands where the commit's problems stood: they are told again.
        following.refused = undefined;
        return { afterMs: retryMs };
      }
    } else if (following.applied !== undefined) {
      await this.#apply(name, following.applied.commit, following.applied.objects, now);
    }
    return { afterMs: Math.min(tickMaxMs, Math.max(1, following.nextDueMs - this.#ports.clock.now())) };
  }

  async #sync(name: string, following: Following, startedMs: number): Promise<void> {
    const signal = following.abort.signal;
    const commit = await following.source.resolve(signal);
    const stored = this.#stored(name)?.status?.applied?.commit;
    if (commit !== following.applied?.commit && commit !== following.refused) {
      const { objects, problems } = await following.source.read(commit, signal);
      if (problems.length === 0) {
        const end = await this.#apply(name, commit, objects, startedMs);
        if (end === 'applied') following.applied = { commit, objects };
        else if (end === 'refused') following.refused = commit;
        else following.due = true;
        return;
      }
      following.refused = commit;
      await this.#refuse(
        name,
        commit,
        problems.map((problem) => problem.text),
        startedMs,
      );
    }
    // After a restart under a bad commit: what the cluster follows is the last good one.
    if (following.applied === undefined && stored !== undefined && stored !== commit) {
      const { objects, problems } = await following.source.read(stored, signal);
      if (problems.length === 0) following.applied = { commit: stored, objects };
    }
    if (following.applied !== undefined)
      await this.#apply(name, following.applied.commit, following.applied.objects, startedMs);
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
      if (plan.problems.length > 0) {
        await this.#refuse(
          name,
          commit,
          plan.problems.map((problem) => problem.text),
          startedMs,
        );
        return 'refused';
      }
      const changes = plan.steps.map((step) => step.change);
      const result = await this.#ports.cluster.submit(changes);
      if (result.ok) {
        await this.#applied(name, commit, plan, startedMs);
        return 'applied';
      }
      if (result.problem.reason === 'Conflict') continue;
      await this.#refuse(name, commit, [result.problem.message], startedMs);
      return 'refused';
    }
    this.#ports.logger.warn('a commit lost every race and is planned again at the next turn', {
      application: name,
      commit,
    });
    return 'raced';
  }

  async #applied(name: string, commit: string, plan: SyncPlan, startedMs: number): Promise<void> {
    const before = this.#stored(name)?.status;
    const count = (action: string): number => plan.steps.filter((step) => step.action === action).length;
    const [created, changed, pruned] = [count('create'), count('change'), count('prune')];
    const known =
      before?.applied?.commit === commit &&
      (before.latest?.commit !== commit || before.latest.phase === 'Applied');
    if (plan.steps.length === 0 && known) return;
    const finishedMs = this.#ports.clock.now();
    const revision: RevisionStatus = {
      commit,
      phase: 'Applied',
      startedAt: formatTime(startedMs),
      finishedAt: formatTime(finishedMs),
      created,
      changed,
      pruned,
    };
    const replaced = before?.applied?.commit === commit && plan.steps.length > 0;
    const newest =
      before?.latest === undefined ||
      before.latest.phase === 'Applied' ||
      before.latest.commit === commit ||
      before.applied?.commit !== commit;
    await this.#writeStatus(name, (status) => ({
      ...status,
      applied: revision,
      ...(newest ? { latest: revision } : {}),
    }));
    const what = `${created} created, ${changed} changed, ${pruned} pruned`;
    this.#ports.tell(
      name,
      `${commit.slice(0, 10)} ${replaced ? 'put back' : 'applied'}: ${what} (${finishedMs - startedMs} ms)`,
    );
    if (plan.steps.length > 0)
      this.#ports.logger.info('plan applied', {
        application: name,
        commit,
        plan: renderPlan(plan, { color: false }),
      });
  }

  async #refuse(name: string, commit: string, problems: readonly string[], startedMs: number): Promise<void> {
    const kept = problems.slice(0, problemsKept);
    const message = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; nothing was changed`;
    const latest: RevisionStatus = {
      commit,
      phase: 'Invalid',
      startedAt: formatTime(startedMs),
      finishedAt: formatTime(this.#ports.clock.now()),
      problems: kept,
      message,
    };
    const before = this.#stored(name)?.status?.latest;
    if (before?.commit === commit && before.phase === 'Invalid' && sameJson(before.problems, kept)) return;
    await this.#writeStatus(name, (status) => ({ ...status, latest }));
    this.#ports.tell(
      name,
      `${commit.slice(0, 10)} refused: ${message}\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }

  async #sourceFailed(name: string, error: SourceError, startedMs: number): Promise<void> {
    const message = `${error.reason}: ${error.message}`;
    const before = this.#stored(name)?.status;
    if (before?.latest?.phase === 'Failed' && before.latest.message === message) return;
    const latest: RevisionStatus = {
      commit: before?.latest?.commit ?? '',
      phase: 'Failed',
      startedAt: formatTime(startedMs),
      message,
    };
    await this.#writeStatus(name, (status) => ({ ...status, latest }));
    this.#ports.tell(
      name,
      `not read: ${message}; ${error.kind === 'retry' ? 'trying again' : 'change the Application or the repository'}`,
    );
  }

  async #writeStatus(name: string, change: (status: ApplicationStatus) => ApplicationStatus): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const application = this.#stored(name);
      if (application === undefined) return;
      const lastRun = formatTime(this.#ports.clock.now());
      const status = {
        ...change(application.status ?? {}),
        observedGeneration: application.metadata.generation ?? 1,
        lastRun,
      };
      const result = await this.#ports.cluster.submit([
        { type: 'update', scope: 'status', object: { ...application, status } as Application },
      ]);
      if (result.ok) return;
      if (result.problem.code !== 409)
        throw new Error(`the status of Application ${name} was refused: ${result.problem.message}`);
    }
  }
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
