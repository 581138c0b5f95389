/** A change of the view as far as it may help a pod that was refused. */
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../../model/json.ts';
import { isPodTerminal } from '../../model/pod-status.ts';
import type { ViewChange } from '../../model/view.ts';
import { podRequests } from '../pod-requests.ts';
import { nodeFacts } from '../state/node-facts.ts';

export type ClusterEvent =
  /** A pod came to a node. */
  | { readonly type: 'pod-placed'; readonly pod: Pod }
  /** A pod on a node has other labels, other resources, or is on its way out. */
  | { readonly type: 'pod-changed'; readonly before: Pod; readonly pod: Pod }
  /** A pod left its node, or its promise of one. */
  | { readonly type: 'pod-gone'; readonly pod: Pod }
  /** A pod joined those that wait. */
  | { readonly type: 'pod-waits'; readonly pod: Pod }
  | { readonly type: 'node'; readonly before: Node | undefined; readonly after: Node | undefined }
  | { readonly type: 'namespace' }
  /** A claim, a volume, a storage class, or what a node's drivers can. */
  | { readonly type: 'storage' };

const storageKinds: ReadonlySet<string> = new Set([
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'CSINode',
  'CSIDriver',
  'CSIStorageCapacity',
]);

/** None for changes that help nobody, as heartbeats and reports are. */
export function clusterEvents({ ref, before, after }: ViewChange): readonly ClusterEvent[] {
  if (ref.kind === 'Pod') return podEvents(before as Pod | undefined, after as Pod | undefined);
  if (ref.kind === 'Node') return nodeEvents(before as Node | undefined, after as Node | undefined);
  if (storageKinds.has(ref.kind)) return [{ type: 'storage' }];
  const isNamespace = ref.kind === 'Namespace' && ref.apiVersion === 'v1';
  return isNamespace && !sameJson(before?.metadata.labels, after?.metadata.labels)
    ? [{ type: 'namespace' }]
    : [];
}

function podEvents(before: Pod | undefined, after: Pod | undefined): readonly ClusterEvent[] {
  const [was, is] = [isOnNode(before), isOnNode(after)];
  const events: ClusterEvent[] = [];
  // A promise that is given up makes room where it was made.
  const promise = before === undefined || was ? '' : promised(before);
  const kept = is ? after?.spec?.nodeName : after && promised(after);
  if (before !== undefined && ((was && !is) || (promise !== '' && promise !== kept)))
    events.push({ type: 'pod-gone', pod: before });
  if (after === undefined) return events;
  if (!was && is) events.push({ type: 'pod-placed', pod: after });
  else if (before === undefined) events.push({ type: 'pod-waits', pod: after });
  else if (is && differs(before, after)) events.push({ type: 'pod-changed', before, pod: after });
  return events;
}

function isOnNode(pod: Pod | undefined): boolean {
  return pod !== undefined && (pod.spec?.nodeName ?? '') !== '' && !isPodTerminal(pod);
}

function promised(pod: Pod): string {
  return pod.status?.nominatedNodeName ?? '';
}

function differs(before: Pod, after: Pod): boolean {
  if (before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) return true;
  if (!sameJson(before.metadata.labels, after.metadata.labels)) return true;
  const [had, has] = [podRequests(before), podRequests(after)];
  if (had.size !== has.size) return true;
  for (const [resource, amount] of had) if (has.get(resource) !== amount) return true;
  return false;
}

function nodeEvents(before: Node | undefined, after: Node | undefined): readonly ClusterEvent[] {
  const same = before !== undefined && after !== undefined && nodeFacts(before) === nodeFacts(after);
  return same ? [] : [{ type: 'node', before, after }];
}
