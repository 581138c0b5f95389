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
    const [was, is] = [before, after] as [Pod | undefined, Pod];
    if (was !== undefined && standsAlike(was, is)) return [];
    const ended = isPodTerminal(is) && (was === undefined || !isPodTerminal(was));
    return ended ? [ref, everyEnded] : [ref];
  }
  return ref.kind === 'Node' && frees(change) ? view.podsOnNode(ref.name).map(refOf) : [];
}

/** Whether what is asked of a pod here has the same answers as before. */
function standsAlike(was: Pod, is: Pod): boolean {
  return (
    was.metadata.uid === is.metadata.uid &&
    was.spec?.nodeName === is.spec?.nodeName &&
    isPodTerminal(was) === isPodTerminal(is) &&
    was.metadata.deletionTimestamp === is.metadata.deletionTimestamp &&
    was.metadata.deletionGracePeriodSeconds === is.metadata.deletionGracePeriodSeconds
  );
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

/** First it has ended, so that whoever counts it can let go of it; then it goes, if a finalizer does not hold it. */
function planPod(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  const why = pod === undefined ? undefined : reasonToGo(pod, view);
  if (pod === undefined || why === undefined) return emptyPlan;
  if (!isPodTerminal(pod)) return { changes: [failed(pod, why.message, nowMs)], events: [] };
  const isGoing = isPodDeleted(pod) && pod.metadata.deletionGracePeriodSeconds === 0;
  return isGoing ? emptyPlan : { changes: [removal(pod)], events: [] };
}

/** Why no agent will report the pod gone; without a message where it was on no node that could. */
function reasonToGo(pod: Pod, view: ClusterView): { readonly message?: string } | undefined {
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName === '') return isPodDeleted(pod) ? {} : undefined;
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (node === undefined) return { message: 'PodGC: node no longer exists' };
  return isPodDeleted(pod) && isOutOfService(node) ? { message: 'PodGC: node is out-of-service' } : undefined;
}

function failed(pod: Pod, message: string | undefined, nowMs: number): Change {
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' };
  const conditions =
    message === undefined
      ? {}
      : { conditions: withCondition(pod.status?.conditions, { ...condition, message }, formatTime(nowMs)) };
  return {
    type: 'update',
    scope: 'status',
    object: { ...pod, status: { ...pod.status, phase: 'Failed', ...conditions } } as Pod,
  };
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
