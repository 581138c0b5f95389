/** What is recorded of nodes' health, by those who hold their links and by the node lifecycle controller. */
import type { Node, NodeCondition } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';

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

/** The nodes that are not well, and whether all are silent. */
interface Ailing {
  readonly unready: readonly Node[];
  readonly allSilent: boolean;
}

/** A view's list stays the same until a node changes, and is asked about for each node. */
const ailing = new WeakMap<readonly Node[], Ailing>();

function ailingOf(view: ClusterView): Ailing {
  const nodes = view.list<Node>('v1', 'Node');
  const known = ailing.get(nodes);
  if (known !== undefined) return known;
  const unready = nodes.filter((node) => !isNodeReady(node));
  const found = { unready, allSilent: unready.length === nodes.length && unready.every(isRecordedSilent) };
  ailing.set(nodes, found);
  return found;
}

/** All nodes silent at once: it is the reconciler that is cut off, so what was last heard of the pods stands. */
export function allSilent(view: ClusterView): boolean {
  return ailingOf(view).allSilent;
}

/**
 * The nodes to plan because of a change of a Node. Where its health changes, that of the others may mean something else
 * now: whether all are silent, how much of a zone is. It matters to those that are not well themselves.
 */
export function nodesConcerned(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const [before, after] = [change.before as Node | undefined, change.after as Node | undefined];
  const ready = (node: Node | undefined): string | undefined => node && nodeCondition(node, 'Ready')?.status;
  if (before !== undefined && after !== undefined && ready(before) === ready(after)) return [change.ref];
  const others = ailingOf(view).unready.filter((node) => node.metadata.name !== change.ref.name);
  return [change.ref, ...others.map(refOf)];
}
