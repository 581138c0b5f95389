/** Disruption budgets as preemption weighs them: they are kept where that is possible, and no more. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../../schemas/kubernetes/types/policy-v1.ts';
import { selects } from '../../model/label-selector.ts';
import type { ClusterView } from '../../model/view.ts';

export type Budgets = readonly PodDisruptionBudget[];

export function budgetsOf(view: ClusterView): Budgets {
  return view.list<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget');
}

/** Which of the pods, taken away in this order, would be one more than a budget allows. */
export function violators(pods: readonly Pod[], budgets: Budgets): ReadonlySet<Pod> {
  const violating = new Set<Pod>();
  if (budgets.length === 0) return violating;
  const allowed = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  for (const pod of pods) {
    for (const [index, budget] of budgets.entries()) {
      if (!covers(budget, pod)) continue;
      allowed[index] = (allowed[index] ?? 0) - 1;
      if ((allowed[index] ?? 0) < 0) violating.add(pod);
    }
  }
  return violating;
}

/** A pod whose disruption the budget has counted already is not counted again. */
function covers(budget: PodDisruptionBudget, pod: Pod): boolean {
  return (
    budget.metadata.namespace === pod.metadata.namespace &&
    selects(budget.spec?.selector, pod.metadata.labels) &&
    budget.status?.disruptedPods?.[pod.metadata.name ?? ''] === undefined
  );
}
