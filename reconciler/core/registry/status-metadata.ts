/** What of an object's metadata a write of its status cannot change. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';

const all = ['annotations', 'finalizers', 'labels', 'ownerReferences'];

/** By group and kind, as Kubernetes' strategies for the subresource `status` have it; other kinds' move with it. */
const kept: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['ownerReferences'],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': all,
  'apiregistration.k8s.io/APIService': all,
  'apps/Deployment': ['labels'],
  'flowcontrol.apiserver.k8s.io/FlowSchema': all,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': all,
  'networking.k8s.io/ServiceCIDR': all,
  'resource.k8s.io/ResourceClaim': all,
  'storage.k8s.io/VolumeAttachment': all,
};

/** Names of the fields of metadata that stay as they are when the status of `groupKind` is written. */
export function keptByStatus(groupKind: string): readonly string[] {
  return kept[groupKind] ?? [];
}

/** `after` with what a write of the status leaves as it was `before`. */
export function statusMetadata(before: ObjectMeta, after: ObjectMeta, info: KindInfo): ObjectMeta {
  const names = keptByStatus(`${info.group}/${info.kind}`);
  if (before === after || names.length === 0) return after;
  return Object.fromEntries([
    ...Object.entries(after).filter(([name]) => !names.includes(name)),
    ...Object.entries(before).filter(([name]) => names.includes(name)),
  ]);
}
