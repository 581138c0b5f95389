/** What people learn of an Application: one line at the terminal, and the revisions in its status. */
import type { Application, ApplicationStatus, RevisionStatus } from '../../schemas/berth/types.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import { formatTime } from '../core/model/time.ts';
import type { Clock, Logger, SourceError } from '../core/ports.ts';
import type { SyncPlan } from '../core/sync/plan.ts';
import { renderPlan } from '../core/sync/render.ts';

/** Problems kept in the status; the rest is counted. */
const problemsKept = 100;
/** A status that lost so many races in a row is written by the next run. */
const attemptsMax = 10;

interface StatusPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tell: (application: string, text: string) => void;
}

export class ApplicationStatusWriter {
  readonly #ports: StatusPorts;
  readonly #lastRunMs: (application: string) => number;

  constructor(ports: StatusPorts, lastRunMs: (application: string) => number) {
    this.#ports = ports;
    this.#lastRunMs = lastRunMs;
  }

  async applied(name: string, commit: string, plan: SyncPlan, startedMs: number): Promise<void> {
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
    await this.#write(name, (status) => ({
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

  async refused(name: string, commit: string, problems: readonly string[], startedMs: number): Promise<void> {
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
    await this.#write(name, (status) => ({ ...status, latest }));
    this.#ports.tell(
      name,
      `${commit.slice(0, 10)} refused: ${message}\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }

  async sourceFailed(name: string, error: SourceError, startedMs: number): Promise<void> {
    const message = `${error.reason}: ${error.message}`;
    const before = this.#stored(name)?.status;
    if (before?.latest?.phase === 'Failed' && before.latest.message === message) return;
    const latest: RevisionStatus = {
      commit: before?.latest?.commit ?? '',
      phase: 'Failed',
      startedAt: formatTime(startedMs),
      message,
    };
    await this.#write(name, (status) => ({ ...status, latest }));
    this.#ports.tell(
      name,
      `not read: ${message}; ${error.kind === 'retry' ? 'trying again' : 'change the Application or the repository'}`,
    );
  }

  async #write(name: string, change: (status: ApplicationStatus) => ApplicationStatus): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const application = this.#stored(name);
      if (application === undefined) return;
      const lastRun = formatTime(this.#lastRunMs(name));
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

  /** The last run goes to the store, unless a status of this run already took it there. */
  async ran(name: string): Promise<void> {
    if (this.#stored(name)?.status?.lastRun !== formatTime(this.#lastRunMs(name)))
      await this.#write(name, (status) => status);
  }

  #stored(name: string): Application | undefined {
    return this.#ports.cluster.view.get<Application>('berth.dev/v1alpha1', 'Application', '', name);
  }
}
