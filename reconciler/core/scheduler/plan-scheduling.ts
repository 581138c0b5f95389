/** Places pods that wait for a node: all of them in one plan, none where there is no room. */
import type { Pod, PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../model/conditions.ts';
import type { PlanContext } from '../model/controller.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import type { Change, EventRecord, Plan } from '../model/plan.ts';
import { isPodActive, podCondition } from '../model/pod-status.ts';
import { mix } from '../model/seeded-suffix.ts';
import { formatTime } from '../model/time.ts';
import type { ClusterView } from '../model/view.ts';
import { NodeSnapshot } from './node-snapshot.ts';
import { type StaticRefusals, schedule } from './schedule.ts';
import { unsupportedDemand } from './unsupported.ts';

const schedulerName = 'default-scheduler';

/** Binds of one plan: bounds the size of one commit. */
const bindsPerPlan = 500;

/**
 * Binds as many of the pods as fit, by priority and then age, and records why the others do not. Asks to be
 * called again at once where more pods wait than one plan binds.
 */
export function planScheduling(view: ClusterView, pending: readonly ObjectRef[], context: PlanContext): Plan {
  const pods = pending
    .map((ref) => view.get<Pod>('v1', 'Pod', ref.namespace, ref.name))
    .filter((pod): pod is Pod => pod !== undefined && waits(pod))
    .sort(byTurn);
  if (pods.length === 0) return { changes: [], events: [] };
  const snapshot = new NodeSnapshot(view);
  const refusals: StaticRefusals = new Map();
  const changes: Change[] = [];
  const events: EventRecord[] = [];
  let binds = 0;
  for (const [turn, pod] of pods.entries()) {
    if (binds === bindsPerPlan) return { changes, events, requeueAfterMs: 0 };
    const outcome = place(pod, snapshot, mix(context.seed, turn), refusals);
    if (typeof outcome === 'number') {
      snapshot.place(pod, outcome);
      binds++;
      const node = snapshot.nodes[outcome]?.metadata.name ?? '';
      changes.push(binding(pod, node, context.nowMs));
      events.push(
        event(
          pod,
          'Normal',
          'Scheduled',
          `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} to ${node}`,
        ),
      );
    } else if (isNews(pod, outcome)) {
      changes.push(refused(pod, outcome, context.nowMs));
      if (outcome.reason === 'Unschedulable')
        events.push(event(pod, 'Warning', 'FailedScheduling', outcome.message));
    }
  }
  return { changes, events };
}

function waits(pod: Pod): boolean {
  const mine = (pod.spec?.schedulerName ?? schedulerName) === schedulerName;
  return mine && (pod.spec?.nodeName ?? '') === '' && isPodActive(pod);
}

/** Higher priority first, then the older, then by name. */
function byTurn(left: Pod, right: Pod): number {
  const priority = (right.spec?.priority ?? 0) - (left.spec?.priority ?? 0);
  if (priority !== 0) return priority;
  const [a, b] = [left, right].map(
    (pod) =>
      `${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`,
  );
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

interface Refusal {
  readonly reason: 'Unschedulable' | 'SchedulingGated';
  readonly message: string;
}

/** The index of a node, or why there is none. */
function place(pod: Pod, snapshot: NodeSnapshot, seed: number, refusals: StaticRefusals): number | Refusal {
  if ((pod.spec?.schedulingGates ?? []).length > 0) {
    return { reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' };
  }
  const unsupported = unsupportedDemand(pod);
  if (unsupported !== undefined) return { reason: 'Unschedulable', message: unsupported };
  const decision = schedule(pod, snapshot, seed, refusals);
  return decision.type === 'bind'
    ? decision.index
    : { reason: 'Unschedulable', message: fitMessage(decision.reasons) };
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function fitMessage(reasons: ReadonlyMap<string, readonly string[]>): string {
  if (reasons.size === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  for (const reason of [...reasons.values()].flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasons.size} nodes are available: ${parts.join(', ')}.`;
}

function binding(pod: Pod, nodeName: string, nowMs: number): Change {
  const conditions = withCondition(
    pod.status?.conditions,
    { type: 'PodScheduled', status: 'True' },
    formatTime(nowMs),
  );
  const object: Pod = {
    ...pod,
    spec: { containers: [], ...pod.spec, nodeName },
    status: { ...pod.status, conditions },
  };
  return { type: 'update', scope: 'all', object };
}

function isNews(pod: Pod, refusal: Refusal): boolean {
  const known = podCondition(pod, 'PodScheduled');
  return known?.status !== 'False' || known.reason !== refusal.reason || known.message !== refusal.message;
}

function refused(pod: Pod, refusal: Refusal, nowMs: number): Change {
  const condition: PodCondition = { type: 'PodScheduled', status: 'False', ...refusal };
  const conditions = withCondition(pod.status?.conditions, condition, formatTime(nowMs));
  const object: Pod = { ...pod, status: { ...pod.status, conditions } };
  return { type: 'update', scope: 'status', object };
}

function event(pod: Pod, type: EventRecord['type'], reason: string, message: string): EventRecord {
  return {
    about: refOf(pod),
    aboutUid: pod.metadata.uid ?? '',
    type,
    reason,
    message,
    source: schedulerName,
  };
}
