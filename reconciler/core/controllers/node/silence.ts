/**
 * Whether a node still gives signs of life, and what is believed when none does. A lost link is recorded by the
 * one who holds it, as Ready=Unknown; here it is time alone that tells.
 */
import type { Lease } from '../../../../schemas/kubernetes/types/coordination-v1.ts';
import type { Node, NodeCondition } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { parseTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';

/** Leases of nodes, where an agent renews one instead of its heartbeats. */
const leaseNamespace = 'kube-node-lease';

/** Kubernetes' node-monitor-grace-period: silence that makes a node unreachable. */
const silenceMaxMs = 40_000;

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

export function isNodeReady(node: Node): boolean {
  return nodeCondition(node, 'Ready')?.status === 'True';
}

/** Recorded as silent, by the node lifecycle controller or by the link to its host. */
function isRecordedSilent(node: Node): boolean {
  return nodeCondition(node, 'Ready')?.status === 'Unknown';
}

/**
 * Milliseconds until the node counts as silent if nothing is heard of it, 0 or less when it does. Nothing counts
 * from before `observingSinceMs`: a reconciler that was away has not been listening.
 */
export function silentInMs(node: Node, view: ClusterView, nowMs: number, observingSinceMs: number): number {
  const lease = view.get<Lease>('coordination.k8s.io/v1', 'Lease', leaseNamespace, node.metadata.name ?? '');
  const times = [
    nodeCondition(node, 'Ready')?.lastHeartbeatTime,
    lease?.spec?.renewTime,
    node.metadata.creationTimestamp,
  ];
  const heardMs = Math.max(observingSinceMs, ...times.map((time) => parseTime(time ?? '') ?? 0));
  return heardMs + silenceMaxMs - nowMs;
}

/** All nodes silent at once: it is the reconciler that is cut off, so what was last heard of the pods stands. */
export function allSilent(view: ClusterView): boolean {
  return view.list<Node>('v1', 'Node').every(isRecordedSilent);
}

/** The nodes to plan because of a change of a Node: all of them where it can change whether all are silent. */
export function nodesConcerned(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const [before, after] = [change.before as Node | undefined, change.after as Node | undefined];
  const silence = [before, after].map((node) => node !== undefined && isRecordedSilent(node));
  const same = before !== undefined && after !== undefined && silence[0] === silence[1];
  return same ? [change.ref] : view.list<Node>('v1', 'Node').map(refOf);
}
