/**
 * Removes pods that no agent will ever report gone: unbound ones that terminate, those of vanished nodes, those that
 * terminate on nodes which somebody declared out of service; and the oldest of the ended ones once there are very many.
 */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../model/conditions.ts';
import type { Controller, PlanContext } from '../model/controller.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../model/plan.ts';
import { isPodDeleted, isPodTerminal } from '../model/pod-status.ts';
import { formatTime, parseTime } from '../model/time.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';
import { isNodeReady } from './node/silence.ts';

/** Kubernetes' --terminated-pod-gc-threshold. */
const endedMax = 12_500;
/** Ended pods deleted by one plan: bounds the size of one commit. */
const deletionsPerPlan = 500;

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** One key for all ended pods. */
const everyEnded: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace: '', name: '' };

/** `endedPodsMax`: how many pods that have ended are kept. */
export function podGarbageController(endedPodsMax = endedMax): Controller {
  return {
    name: 'pod-garbage-collector-controller',
    keysFor,
    plan: (key, view, context) =>
      key.name === '' ? beyond(endedPodsMax, view) : planPod(key, view, context),
  };
}

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { ref, before, after } = change;
  if (ref.apiVersion !== 'v1') return [];
  if (ref.kind === 'Pod') {
    if (after === undefined) return [];
    const ended = isPodTerminal(after as Pod) && (before === undefined || !isPodTerminal(before as Pod));
    return ended ? [ref, everyEnded] : [ref];
  }
  return ref.kind === 'Node' && frees(change) ? view.podsOnNode(ref.name).map(refOf) : [];
}

/** Whether pods of the node may be nobody's from now on. */
function frees({ before, after }: ViewChange): boolean {
  const [was, is] = [before, after] as (Node | undefined)[];
  if (is === undefined) return true;
  return isOutOfService(is) && !(was !== undefined && isOutOfService(was));
}

function isOutOfService(node: Node): boolean {
  return !isNodeReady(node) && (node.spec?.taints ?? []).some(({ key }) => key === outOfServiceTaint);
}

function planPod(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  if (pod === undefined || (isPodDeleted(pod) && pod.metadata.deletionGracePeriodSeconds === 0))
    return emptyPlan;
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName === '') return isPodDeleted(pod) ? { changes: [removal(pod)], events: [] } : emptyPlan;
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  const why =
    node === undefined
      ? 'PodGC: node no longer exists'
      : isPodDeleted(pod) && isOutOfService(node)
        ? 'PodGC: node is out-of-service'
        : undefined;
  if (why === undefined) return emptyPlan;
  const failed = failedBy(why, pod, nowMs);
  return { changes: [failed ?? removal(pod)], events: [] };
}

/** Says that and why the pod failed before it goes; undefined where that is said, or where it had ended anyway. */
function failedBy(message: string, pod: Pod, nowMs: number): Change | undefined {
  if (isPodTerminal(pod)) return undefined;
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message };
  const conditions = withCondition(pod.status?.conditions, condition, formatTime(nowMs));
  const status = { ...pod.status, phase: 'Failed', conditions };
  return { type: 'update', scope: 'status', object: { ...pod, status } as Pod };
}

function removal(pod: Pod): Change {
  return { type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 };
}

/** The evicted ones first, then the oldest. */
function beyond(max: number, view: ClusterView): Plan {
  const pods = view.list<Pod>('v1', 'Pod');
  if (pods.length <= max) return emptyPlan;
  const ended = pods.filter((pod) => isPodTerminal(pod) && !isPodDeleted(pod));
  if (ended.length <= max) return emptyPlan;
  const surplus = ended.sort(byUse).slice(0, Math.min(ended.length - max, deletionsPerPlan));
  const more = ended.length - max > surplus.length ? { requeueAfterMs: 0 } : {};
  return { changes: surplus.map(removal), events: [], ...more };
}

function byUse(left: Pod, right: Pod): number {
  const [a, b] = [left, right].map((pod) => (pod.status?.reason === 'Evicted' ? 0 : 1));
  if (a !== b) return (a ?? 0) - (b ?? 0);
  const [before, after] = [left, right].map(
    ({ metadata }) => parseTime(metadata.creationTimestamp ?? '') ?? 0,
  );
  return (before ?? 0) - (after ?? 0) || ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1);
}
