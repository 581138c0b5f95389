/** Takes back the word that a pod is about to be disrupted where nothing came of it: its failures count again. */
import type { Pod, PodCondition } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodDeleted, isPodTerminal, podCondition } from '../../model/pod-status.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import type { ClusterView } from '../../model/view.ts';

/** Kubernetes' stalePodDisruptionTimeout. */
const staleAfterMs = 120_000;
/** An agent may take any time between saying so and ending the pod. */
const agentsReason = 'TerminationByKubelet';

export const staleDisruptionController: Controller = {
  name: 'stale-pod-disruption-controller',
  keysFor: ({ ref, after }) =>
    ref.kind === 'Pod' && after !== undefined && disruption(after as Pod) !== undefined ? [ref] : [],
  plan,
};

/** What was announced to a pod that neither leaves nor has ended. */
function disruption(pod: Pod): PodCondition | undefined {
  if (isPodDeleted(pod) || isPodTerminal(pod)) return undefined;
  const condition = podCondition(pod, 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason !== agentsReason ? condition : undefined;
}

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  const condition = pod === undefined ? undefined : disruption(pod);
  if (pod === undefined || condition === undefined) return emptyPlan;
  const leftMs = (parseTime(condition.lastTransitionTime ?? '') ?? 0) + staleAfterMs - nowMs;
  if (leftMs > 0) return { ...emptyPlan, requeueAfterMs: leftMs };
  const next = { ...condition, status: 'False' };
  const conditions = withCondition(pod.status?.conditions, next, formatTime(nowMs));
  const object = { ...pod, status: { ...pod.status, conditions } } as Pod;
  return { changes: [{ type: 'update', scope: 'status', object }], events: [] };
}
