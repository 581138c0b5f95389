/** The shape of every controller: names in, plans out. The loop owns queues, backoff and commits. */
import type { ObjectRef } from './object.ts';
import type { StatusProblem } from '../registry/status-error.ts';
import type { Change, Plan } from './plan.ts';
import type { ClusterView, ViewChange } from './view.ts';

/** What a planner may know besides the view. */
export interface PlanContext {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /**
   * Milliseconds of the clock that nobody sets (`Clock.steady`), for how long something has lasted in this term; left
   * out where nothing but planning sets the time, and then the same as `nowMs`.
   */
  readonly steadyMs?: number;
  /** A number that differs between plannings, for tie-breaks; the same seed gives the same plan. */
  readonly seed: number;
}

/** A plan that the API refused, for another reason than a lost race: a quota, admission, validation. */
export interface Refusal {
  readonly plan: Plan;
  /** The first of the plan's changes that was refused; those before it would have been taken. */
  readonly change: Change;
  readonly problem: StatusProblem;
}

export interface Controller {
  /** Kubernetes' name of it, e.g. `deployment-controller`; also the source of its events. */
  readonly name: string;
  /** Which keys have to be planned because of a change. Cheap: it runs for every change of the cluster. */
  keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[];
  /** From the name and the current state alone; what the change said is not known here. */
  plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan;
  /**
   * What is committed in place of a refused plan: the part of it that would have been taken, and the refusal told by
   * condition and event. The key is planned again later, so that this must settle: the same refusal of the same plan
   * gives no changes once they are committed.
   */
  refused?(key: ObjectRef, refusal: Refusal, view: ClusterView, context: PlanContext): Plan;
}

/** A controller whose plans need I/O, such as signing: it lives with its adapter and is driven like the others. */
export interface AsyncController {
  readonly name: string;
  keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[];
  plan(key: ObjectRef, view: ClusterView, context: PlanContext): Promise<Plan>;
}
