/** Drives the controllers: changes to keys, keys to plans, plans to commits. */
import { checkPlan } from '../core/check/check-plan.ts';
import type { AsyncController, Controller, PlanContext } from '../core/model/controller.ts';
import { type ObjectRef, objectId, refOf } from '../core/model/object.ts';
import type { SubmitResult } from '../core/model/access.ts';
import type { Plan } from '../core/model/plan.ts';
import type { ViewChange } from '../core/model/view.ts';
import type { StatusProblem } from '../core/registry/status-error.ts';
import type { Clock, Logger, Random } from '../core/ports.ts';
import { allObjects } from '../core/model/all-objects.ts';
import type { Cluster } from './cluster.ts';
import type { EventRecorder } from './event-recorder.ts';
import { WorkQueue, type WorkOutcome } from './work-queue.ts';

/** Plans in flight per controller: enough to fill the store's grouped commits, few enough to stay fair. */
const plansInFlight = 16;

export interface ControllerLoop {
  /** Works until `stop`; every object is planned once at the start. */
  start(): void;
  stop(): void;
  idle(): boolean;
}

interface LoopPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventRecorder;
  /** A broken invariant: the process must end. */
  readonly failed: (error: unknown) => void;
}

/** One controller with its queue. */
export function controllerLoop(controller: Controller | AsyncController, ports: LoopPorts): ControllerLoop {
  const { cluster } = ports;
  const queue = new WorkQueue<ObjectRef>({
    clock: ports.clock,
    concurrency: plansInFlight,
    failed: ports.failed,
    work: (key, busy) => planOnce(controller, key, busy, ports),
  });
  const enqueue = (changes: readonly ViewChange[]): void => {
    for (const change of changes) {
      for (const key of controller.keysFor(change, cluster.view)) queue.add(objectId(key), key);
    }
  };
  let unlisten = (): void => undefined;
  return {
    start: () => {
      unlisten = cluster.listen(enqueue);
      enqueue(
        allObjects(cluster.view).map((object) => ({ ref: refOf(object), before: undefined, after: object })),
      );
      queue.start();
    },
    stop: () => {
      unlisten();
      queue.stop();
    },
    idle: () => queue.idle,
  };
}

async function planOnce(
  controller: Controller | AsyncController,
  key: ObjectRef,
  busy: (ms: number) => void,
  ports: LoopPorts,
): Promise<WorkOutcome> {
  const { cluster } = ports;
  const seed = Math.floor(ports.random.next() * 2 ** 31);
  const context = { nowMs: ports.clock.now(), steadyMs: ports.clock.steady(), seed };
  const plan = await controller.plan(key, cluster.view, context);
  // Who makes or removes objects gets on with it; what rests is counting them over and over.
  if (plan.changes.every(({ type }) => type === 'update')) busy(ports.clock.steady() - context.steadyMs);
  return carriedOut(plan, controller, key, context, ports);
}

async function carriedOut(
  plan: Plan,
  controller: Controller | AsyncController,
  key: ObjectRef,
  context: PlanContext,
  ports: LoopPorts,
): Promise<WorkOutcome> {
  const { cluster, logger } = ports;
  const next: WorkOutcome = plan.requeueAfterMs === undefined ? 'done' : { afterMs: plan.requeueAfterMs };
  const about = { controller: controller.name, key: objectId(key) };
  const result = await commit(plan, about, ports);
  if (result === undefined) return 'again';
  if (result.ok) {
    ports.events.record(plan.events);
    return next;
  }
  const { problem, change } = result;
  if (isLostRace(problem)) return 'again';
  logger.warn('a plan was refused', { ...about, problem: problem.message });
  if (isRefusal(problem) && 'refused' in controller && controller.refused !== undefined) {
    const instead = controller.refused(key, { plan, change, problem }, cluster.view, context);
    const second = await commit(instead, about, ports);
    if (second?.ok === true) ports.events.record(instead.events);
  }
  return 'again';
}

/** Commits the plan's changes, if it has any; undefined where its check fails: a defect of the planner. */
async function commit(
  plan: Plan,
  about: { readonly controller: string; readonly key: string },
  { cluster, logger }: LoopPorts,
): Promise<SubmitResult | undefined> {
  if (plan.changes.length === 0) return { ok: true, revision: cluster.view.revision, outcomes: [] };
  const problems = checkPlan(plan.changes, cluster.view);
  if (problems.length === 0) return cluster.submit(plan.changes);
  logger.error('a plan failed its check and was not committed', { ...about, problems });
  return undefined;
}

function isLostRace({ code }: StatusProblem): boolean {
  return code === 409;
}

/** The API's own no, rather than a store that is full, busy or away. */
function isRefusal({ code }: StatusProblem): boolean {
  return code === 403 || code === 404 || code === 422 || code === 400;
}
