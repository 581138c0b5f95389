/** One plan from the view alone, with a state made for it: for simulations, and for the tests of what is decided. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PlanContext } from '../model/controller.ts';
import type { ObjectRef } from '../model/object.ts';
import { emptyPlan, type Plan } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { Planner } from './planner.ts';
import { defaultConfiguration, type SchedulerConfiguration } from './profile.ts';
import { SchedulerState } from './state/scheduler-state.ts';
import { byTurn, waits } from './turn.ts';

/** Pods of one plan: bounds the size of one commit. */
const podsPerPlan = 500;

/**
 * Binds as many of the pods as fit, by priority and then age, and records why the others do not. Asks to be
 * called again at once where more pods wait than one plan takes.
 */
export function planScheduling(
  view: ClusterView,
  pending: readonly ObjectRef[],
  context: PlanContext,
  configuration: SchedulerConfiguration = defaultConfiguration,
): Plan {
  const pods = pending
    .map((ref) => view.get<Pod>('v1', 'Pod', ref.namespace, ref.name))
    .filter((pod): pod is Pod => pod !== undefined && waits(pod, configuration))
    .sort(byTurn);
  const state = new SchedulerState(view);
  if (pods.length === 0 && state.victims.size === 0) return emptyPlan;
  const {
    changes,
    events,
    pods: planned,
  } = new Planner(state, configuration).plan(pods.slice(0, podsPerPlan), context);
  const more = pods.length > podsPerPlan && planned.some(({ outcome }) => outcome.type === 'bound');
  return { changes, events, ...(more ? { requeueAfterMs: 0 } : {}) };
}
