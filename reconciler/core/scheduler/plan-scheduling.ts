/** The scheduler as a planner: all pods that wait, in one plan that never allocates twice. */
import type { Pod, PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PlanContext } from '../model/controller.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import type { Change, EventRecord, Plan } from '../model/plan.ts';
import { formatTime } from '../model/time.ts';
import type { ClusterView } from '../model/view.ts';
import { addPod, nodeSnapshot } from './node-snapshot.ts';
import { schedule, unschedulableMessage } from './schedule.ts';

const source = 'default-scheduler';

/** Binds what fits, higher priority and older first; says of the rest why no node does. */
export function planScheduling(view: ClusterView, pending: readonly ObjectRef[], context: PlanContext): Plan {
  const nodes = nodeSnapshot(view);
  const changes: Change[] = [];
  const events: EventRecord[] = [];
  const now = formatTime(context.nowMs);
  for (const pod of inOrder(pending, view)) {
    const decision = schedule(pod, nodes, context.seed + changes.length);
    const about = { about: refOf(pod), aboutUid: pod.metadata.uid ?? '', source };
    if (decision.type === 'none') {
      const message = unschedulableMessage(decision.verdicts);
      const waiting = withScheduled(
        pod,
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
        now,
      );
      if (waiting === undefined) continue;
      changes.push({ type: 'update', scope: 'status', object: waiting });
      events.push({ ...about, type: 'Warning', reason: 'FailedScheduling', message });
      continue;
    }
    const bound: Pod = { ...pod, spec: { containers: [], ...pod.spec, nodeName: decision.node.name } };
    addPod(decision.node, bound);
    changes.push({
      type: 'update',
      scope: 'all',
      object: withScheduled(bound, { type: 'PodScheduled', status: 'True' }, now) ?? bound,
    });
    const message = `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} to ${decision.node.name}`;
    events.push({ ...about, type: 'Normal', reason: 'Scheduled', message });
  }
  return { changes, events };
}

function inOrder(pending: readonly ObjectRef[], view: ClusterView): readonly Pod[] {
  const pods = pending.flatMap((ref) => view.get<Pod>('v1', 'Pod', ref.namespace, ref.name) ?? []);
  const waiting = pods.filter(
    (pod) => (pod.spec?.nodeName ?? '') === '' && (pod.spec?.schedulingGates ?? []).length === 0,
  );
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
  return waiting.sort(
    (a, b) =>
      (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) || (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0),
  );
}

/** The pod with its PodScheduled condition set; undefined where it already says so. */
function withScheduled(pod: Pod, condition: PodCondition, now: string): Pod | undefined {
  const known = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
  if (known?.status === condition.status && known.message === condition.message) return undefined;
  const others = (pod.status?.conditions ?? []).filter((one) => one.type !== 'PodScheduled');
  const since = known?.status === condition.status ? (known.lastTransitionTime ?? now) : now;
  return {
    ...pod,
    status: { ...pod.status, conditions: [...others, { ...condition, lastTransitionTime: since }] },
  };
}
