/** Drives the scheduler: the view's changes to its state and queue, pods in their turn to plans, plans to commits. */
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { checkPlan } from '../core/check/check-plan.ts';
import type { ClusterAccess, SubmitResult } from '../core/model/access.ts';
import type { ViewChange } from '../core/model/view.ts';
import type { Clock, Logger, Random } from '../core/ports.ts';
import { Planner, type SchedulingPlan } from '../core/scheduler/planner.ts';
import { defaultConfiguration, type SchedulerConfiguration } from '../core/scheduler/profile.ts';
import { SchedulingQueue } from '../core/scheduler/queue/scheduling-queue.ts';
import { SchedulerState } from '../core/scheduler/state/scheduler-state.ts';
import type { EventRecorder } from './event-recorder.ts';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

/** Pods of one plan: enough to share the cost of a commit, few enough that the first of them is not kept waiting. */
const podsPerPlan = 128;

/** Plans in a row that change nothing, after which others get a turn. */
const idlePlansMax = 8;

interface SchedulingPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly failed: (error: unknown) => void;
}

/** What one start works with. */
interface Working {
  readonly state: SchedulerState;
  readonly queue: SchedulingQueue;
  readonly planner: Planner;
}

export class SchedulingLoop {
  readonly #ports: SchedulingPorts;
  readonly #configuration: SchedulerConfiguration;
  readonly #turns: WorkQueue<'all'>;
  #unlisten = (): void => undefined;
  #working: Working | undefined;

  constructor(ports: SchedulingPorts, configuration: SchedulerConfiguration = defaultConfiguration) {
    this.#ports = ports;
    this.#configuration = configuration;
    this.#turns = new WorkQueue<'all'>({
      clock: ports.clock,
      concurrency: 1,
      failed: ports.failed,
      work: () => this.#work(),
    });
  }

  start(): void {
    const { cluster } = this.#ports;
    const state = new SchedulerState(cluster.view);
    this.#working = {
      state,
      queue: new SchedulingQueue(state, this.#configuration),
      planner: new Planner(state, this.#configuration),
    };
    this.#unlisten = cluster.listen((changes) => this.#hear(changes));
    this.#turns.add('all', 'all');
    this.#turns.start();
  }

  stop(): void {
    this.#unlisten();
    this.#turns.stop();
    this.#working = undefined;
  }

  #hear(changes: readonly ViewChange[]): void {
    if (this.#working === undefined) return;
    const { state, queue } = this.#working;
    const nowMs = this.#ports.clock.steady();
    for (const change of changes) {
      state.apply(change);
      queue.apply(change, nowMs);
    }
    if (state.victims.size > 0 || queue.nextMs(nowMs) === nowMs) this.#turns.add('all', 'all');
  }

  /** Plans while there is something to plan. */
  async #work(): Promise<WorkOutcome> {
    const { clock } = this.#ports;
    for (let idle = 0; idle < idlePlansMax; ) {
      const working = this.#working;
      if (working === undefined) return 'done';
      const pods = working.queue.pop(podsPerPlan, clock.steady());
      if (pods.length === 0 && working.state.victims.size === 0) {
        const nextMs = working.queue.nextMs(clock.steady());
        return nextMs === undefined ? 'done' : { afterMs: Math.max(0, nextMs - clock.steady()) };
      }
      const outcome = await this.#plan(pods, working);
      if (outcome === 'again') return 'again';
      idle = outcome === 'nothing' ? idle + 1 : 0;
    }
    return { afterMs: 0 };
  }

  async #plan(pods: readonly Pod[], { planner, queue }: Working): Promise<'committed' | 'nothing' | 'again'> {
    const { cluster, clock, random, logger, events } = this.#ports;
    const seed = Math.floor(random.next() * 2 ** 31);
    const plan = planner.plan(pods, { nowMs: clock.now(), seed });
    for (const { pod, outcome } of plan.pods) queue.done(pod, outcome, clock.steady());
    if (plan.changes.length === 0) return 'nothing';
    const problems = checkPlan(plan.changes, cluster.view);
    if (problems.length > 0) {
      logger.error('a scheduling plan failed its check and was not committed', { problems });
      this.#takeBack(plan, pods, undefined);
      return 'again';
    }
    const result = await cluster.submit(plan.changes);
    if (result.ok) {
      events.record(plan.events);
      return 'committed';
    }
    const { code, message } = result.problem;
    if (code !== 409) logger.warn('a scheduling plan was refused', { problem: message });
    return this.#takeBack(plan, pods, code === 409 ? undefined : blamed(result)) ? 'committed' : 'again';
  }

  /** All of the plan is undone. True where a pod is to blame, without which the others can go on at once. */
  #takeBack(plan: SchedulingPlan, popped: readonly Pod[], blame: string | undefined): boolean {
    if (this.#working === undefined) return false;
    const { planner, queue } = this.#working;
    planner.undo(plan);
    const nowMs = this.#ports.clock.steady();
    const pods = new Set([...popped, ...plan.pods.map(({ pod }) => pod)]);
    let found = false;
    for (const pod of pods) {
      const isBlamed = pod.metadata.uid === blame;
      if (isBlamed) found = true;
      queue.retry(pod, isBlamed, nowMs);
    }
    return found;
  }
}

/** Uid of the object whose change was refused. */
function blamed(result: SubmitResult): string | undefined {
  if (result.ok) return undefined;
  const { change } = result;
  return change.type === 'delete' ? change.uid : change.object.metadata.uid;
}
