/**
 * What kubelet asks before it takes a pod on: whoever names a node without asking the scheduler may have named one
 * without room. Of two pods that want the same, the first to come has it.
 */
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodTerminal, podCondition } from '../../model/pod-status.ts';
import { isTolerated } from '../../model/taints.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { matchesNodeAffinity } from '../../scheduler/node-affinity.ts';
import { amountOf, podRequests } from '../../scheduler/pod-requests.ts';
import { hostPortsOf, PortsInUse } from '../../scheduler/pods/host-ports.ts';
import { eventsOf } from '../events.ts';

/** Kubernetes' default, for a node that does not say how many pods it takes. */
const podsPerNodeDefault = '110';

const events = eventsOf('kubelet');

interface Rejection {
  /** `NodePorts`, `OutOfcpu`, … */
  readonly reason: string;
  readonly message: string;
}

/** Fails pods that their node has no room for; they are never told to it. */
export const podAdmissionController: Controller = { name: 'pod-admission', keysFor, plan };

function keysFor({ ref, after }: ViewChange): readonly ObjectRef[] {
  return ref.kind === 'Pod' && after !== undefined && awaitsAdmission(after as Pod) ? [ref] : [];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  const rejection = pod === undefined ? undefined : rejectionOf(pod, view);
  if (pod === undefined || rejection === undefined) return emptyPlan;
  const { reason } = rejection;
  const message = `Pod was rejected: ${rejection.message}`;
  const status = { ...pod.status, phase: 'Failed', reason, message, startTime: formatTime(context.nowMs) };
  const rejected: Pod = { ...pod, status };
  return {
    changes: [{ type: 'update', scope: 'status', object: rejected }],
    events: [events.warning(pod, reason, rejection.message)],
  };
}

/** Whether the pod stands on a node that has not taken it on yet. What the scheduler placed has its room already. */
export function awaitsAdmission(pod: Pod): boolean {
  const { metadata, spec, status } = pod;
  return (
    podCondition(pod, 'PodScheduled')?.status !== 'True' &&
    (spec?.nodeName ?? '') !== '' &&
    (status?.phase ?? 'Pending') === 'Pending' &&
    status?.startTime === undefined &&
    metadata.deletionTimestamp === undefined
  );
}

/** Whether the pod was failed before its node heard of it. */
export function wasRejected({ status }: Pod): boolean {
  return status?.phase === 'Failed' && status.containerStatuses === undefined && status.podIP === undefined;
}

/** Why the pod's node does not take it on; undefined where it does, or did. */
export function rejectionOf(pod: Pod, view: ClusterView): Rejection | undefined {
  if (!awaitsAdmission(pod)) return undefined;
  const nodeName = pod.spec?.nodeName ?? '';
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (node === undefined) return undefined;
  const ports = hostPortsOf(pod);
  const counted = node.status?.allocatable !== undefined || ports.length > 0;
  const before = counted ? view.podsOnNode(nodeName).filter((other) => comesBefore(other, pod)) : [];
  return withoutRoom(pod, before, node) ?? unfit(pod, node) ?? withoutPorts(ports, before);
}

/** Of those that nobody has started yet, the older comes first. */
function comesBefore(other: Pod, pod: Pod): boolean {
  if (other.metadata.uid === pod.metadata.uid || isPodTerminal(other)) return false;
  if (!awaitsAdmission(other)) return true;
  return turnOf(other) < turnOf(pod);
}

function turnOf({ metadata }: Pod): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.uid ?? ''}`;
}

function withoutRoom(pod: Pod, before: readonly Pod[], node: Node): Rejection | undefined {
  const allocatable = node.status?.allocatable;
  // A node that has told nothing of itself yet is not judged by what it lacks.
  if (allocatable === undefined) return undefined;
  for (const [resource, requested] of podRequests(pod)) {
    if (requested === 0) continue;
    const offered = allocatable[resource] ?? (resource === 'pods' ? podsPerNodeDefault : '0');
    const capacity = amountOf(resource, offered);
    let used = 0;
    for (const other of before) used += podRequests(other).get(resource) ?? 0;
    if (used + requested <= capacity) continue;
    const message = `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: `OutOf${resource}`, message };
  }
  return undefined;
}

function unfit(pod: Pod, node: Node): Rejection | undefined {
  if (!matchesNodeAffinity(pod, node))
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect === 'NoExecute' && !isTolerated(one, pod.spec?.tolerations),
  );
  if (taint === undefined) return undefined;
  return predicate('TaintToleration', `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
}

function withoutPorts(wanted: readonly string[], before: readonly Pod[]): Rejection | undefined {
  if (wanted.length === 0) return undefined;
  const inUse = new PortsInUse();
  for (const other of before) inUse.add(hostPortsOf(other));
  if (!wanted.some((port) => inUse.clashes(port))) return undefined;
  return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
}

function predicate(reason: string, why: string): Rejection {
  return { reason, message: `Predicate ${reason} failed: ${why}` };
}
