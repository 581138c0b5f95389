/** Removes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
import type { Node, Pod, Taint, Toleration } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodActive, podCondition } from '../../model/pod-status.ts';
import { notReadyTaint, tolerates, unreachableTaint } from '../../model/taints.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { allSilent, nodesConcerned } from './silence.ts';

const controllerName = 'taint-eviction-controller';
const events = eventsOf(controllerName);

/** What admission gives every pod that says nothing itself; pods stored without it are treated the same. */
const toleratedSecondsDefault = 300;

export const taintEvictionController: Controller = { name: controllerName, keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion !== 'v1') return [];
  if (change.ref.kind === 'Node') return nodesConcerned(change, view);
  if (change.ref.kind !== 'Pod' || change.after === undefined) return [];
  const node = view.get<Node>('v1', 'Node', '', (change.after as Pod).spec?.nodeName ?? '');
  return node === undefined || evictingTaints(node).length === 0 ? [] : [refOf(node)];
}

function evictingTaints(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const node = view.get<Node>('v1', 'Node', '', key.name);
  const taints = node === undefined ? [] : evictingTaints(node);
  if (taints.length === 0 || allSilent(view)) return emptyPlan;
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  let wakeMs = Infinity;
  for (const pod of view.podsOnNode(key.name).filter(isPodActive)) {
    const evictInMs = evictionTimeMs(pod, taints, context.nowMs) - context.nowMs;
    if (evictInMs > 0) {
      wakeMs = Math.min(wakeMs, evictInMs);
    } else if (podCondition(pod, 'DisruptionTarget')?.status === 'True') {
      changes.push({ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' });
      const { namespace = '', name = '' } = pod.metadata;
      told.push(events.normal(pod, 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`));
    } else {
      changes.push(markedForDisruption(pod, context.nowMs));
    }
  }
  return { changes, events: told, ...(wakeMs === Infinity ? {} : { requeueAfterMs: wakeMs }) };
}

/** When the first of the taints is tolerated no longer; Infinity for a pod that tolerates all for ever. */
function evictionTimeMs(pod: Pod, taints: readonly Taint[], nowMs: number): number {
  const tolerations = pod.spec?.tolerations ?? [];
  const times = taints.map((taint) => {
    const toleration = tolerations.find((one) => tolerates(one, taint)) ?? defaultToleration(taint);
    if (toleration === undefined) return nowMs;
    if (toleration.tolerationSeconds === undefined) return Infinity;
    const addedMs = parseTime(taint.timeAdded ?? '') ?? nowMs;
    return addedMs + Math.max(0, toleration.tolerationSeconds) * 1000;
  });
  return Math.min(...times);
}

function defaultToleration(taint: Taint): Toleration | undefined {
  if (taint.key !== notReadyTaint && taint.key !== unreachableTaint) return undefined;
  return {
    key: taint.key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: toleratedSecondsDefault,
  };
}

/** Says why the pod goes before it goes; the deletion follows when this is recorded. */
function markedForDisruption(pod: Pod, nowMs: number): Change {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  const conditions = withCondition(pod.status?.conditions, condition, formatTime(nowMs));
  const object: Pod = { ...pod, status: { ...pod.status, conditions } };
  return { type: 'update', scope: 'status', object };
}
