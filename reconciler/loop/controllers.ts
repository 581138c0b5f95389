/** Drives the controllers: changes to keys, keys to plans, plans to commits. */
import { checkPlan } from '../core/check/check-plan.ts';
import type { AsyncController, Controller } from '../core/model/controller.ts';
import { type ObjectRef, objectId, refOf } from '../core/model/object.ts';
import type { ViewChange } from '../core/model/view.ts';
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
    work: (key) => planOnce(controller, key, ports),
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
  ports: LoopPorts,
): Promise<WorkOutcome> {
  const { cluster, logger } = ports;
  const seed = Math.floor(ports.random.next() * 2 ** 31);
  const plan = await controller.plan(key, cluster.view, { nowMs: ports.clock.now(), seed });
  const next: WorkOutcome = plan.requeueAfterMs === undefined ? 'done' : { afterMs: plan.requeueAfterMs };
  if (plan.changes.length > 0) {
    const problems = checkPlan(plan.changes, cluster.view);
    const about = { controller: controller.name, key: objectId(key) };
    if (problems.length > 0) {
      logger.error('a plan failed its check and was not committed', { ...about, problems });
      return 'again';
    }
    const result = await cluster.submit(plan.changes);
    if (!result.ok) {
      if (result.problem.code !== 409)
        logger.warn('a plan was refused', { ...about, problem: result.problem.message });
      return 'again';
    }
  }
  ports.events.record(plan.events);
  return next;
}
