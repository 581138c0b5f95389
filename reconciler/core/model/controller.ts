/** The shape of every controller: names in, plans out. The loop owns queues, backoff and commits. */
import type { ObjectRef } from './object.ts';
import type { Plan } from './plan.ts';
import type { ClusterView, ViewChange } from './view.ts';

/** What a planner may know besides the view. */
export interface PlanContext {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** A number that differs between plannings, for tie-breaks; the same seed gives the same plan. */
  readonly seed: number;
}

export interface Controller {
  /** Kubernetes' name of it, e.g. `deployment-controller`; also the source of its events. */
  readonly name: string;
  /** Which keys have to be planned because of a change. Cheap: it runs for every change of the cluster. */
  keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[];
  /** From the name and the current state alone; what the change said is not known here. */
  plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan;
}

/** A controller whose plans need I/O, such as signing: it lives with its adapter and is driven like the others. */
export interface AsyncController {
  readonly name: string;
  keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[];
  plan(key: ObjectRef, view: ClusterView, context: PlanContext): Promise<Plan>;
}
