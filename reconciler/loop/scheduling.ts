/** Drives the scheduler: pods without a node, all that wait in one plan, again whenever something may have helped. */
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { checkPlan } from '../core/check/check-plan.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import { refOf } from '../core/model/object.ts';
import type { ViewChange } from '../core/model/view.ts';
import type { Clock, Logger, Random } from '../core/ports.ts';
import { planScheduling } from '../core/scheduler/plan-scheduling.ts';
import type { EventRecorder } from './event-recorder.ts';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

interface SchedulingPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventRecorder;
  readonly failed: (error: unknown) => void;
}

export class SchedulingLoop {
  readonly #ports: SchedulingPorts;
  readonly #queue: WorkQueue<'all'>;
  #unlisten = (): void => undefined;

  constructor(ports: SchedulingPorts) {
    this.#ports = ports;
    this.#queue = new WorkQueue<'all'>({
      clock: ports.clock,
      concurrency: 1,
      failed: ports.failed,
      work: () => this.#plan(),
    });
  }

  start(): void {
    this.#unlisten = this.#ports.cluster.listen((changes) => {
      if (changes.some(mayHelp)) this.#queue.add('all', 'all');
    });
    this.#queue.add('all', 'all');
    this.#queue.start();
  }

  stop(): void {
    this.#unlisten();
    this.#queue.stop();
  }

  async #plan(): Promise<WorkOutcome> {
    const { cluster, clock, random, logger, events } = this.#ports;
    const pending = cluster.view.podsOnNode('');
    if (pending.length === 0) return 'done';
    const seed = Math.floor(random.next() * 2 ** 31);
    const plan = planScheduling(cluster.view, pending.map(refOf), {
      nowMs: clock.now(),
      seed,
    });
    if (plan.changes.length > 0) {
      const problems = checkPlan(plan.changes, cluster.view);
      if (problems.length > 0) {
        logger.error('a scheduling plan failed its check and was not committed', { problems });
        return 'again';
      }
      const result = await cluster.submit(plan.changes);
      if (!result.ok) {
        if (result.problem.code !== 409)
          logger.warn('a scheduling plan was refused', { problem: result.problem.message });
        return 'again';
      }
    }
    events.record(plan.events);
    return plan.requeueAfterMs === undefined ? 'done' : { afterMs: plan.requeueAfterMs };
  }
}

/** A new pod, a pod that gave room, or a node that came, went or changed what it offers. */
function mayHelp(change: ViewChange): boolean {
  if (change.ref.kind === 'Pod') {
    const before = change.before as Pod | undefined;
    const after = change.after as Pod | undefined;
    if (before === undefined || after === undefined) return true;
    const waits = (after.spec?.nodeName ?? '') === '';
    return (
      (waits && !sameJson(before.spec, after.spec)) ||
      before.status?.phase !== after.status?.phase ||
      before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp
    );
  }
  if (change.ref.kind !== 'Node') return false;
  const offer = (node: Node | undefined): string =>
    JSON.stringify([
      node?.spec,
      node?.metadata.labels,
      node?.status?.allocatable,
      node?.status?.conditions?.map((one) => one.status),
    ]);
  return offer(change.before as Node | undefined) !== offer(change.after as Node | undefined);
}
