/** Pods that a kubelet reports of itself (static pods): what they may say, since no user has vouched for them. */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { podReferences } from '../desired/pod-references.ts';
import type { ClusterView } from '../model/view.ts';

const annotation = 'kubernetes.io/config.mirror';

export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.[annotation] !== undefined;
}

/** Why `node` may not create the pod; nothing where it may: a mirror of what runs there, that needs nothing else. */
export function mirrorPodReason(pod: Pod, node: string, view: ClusterView): string | undefined {
  if (!isMirrorPod(pod))
    return `pod does not have "${annotation}" annotation, node "${node}" can only create mirror pods`;
  if (pod.spec?.nodeName !== node)
    return `node "${node}" can only create pods with spec.nodeName set to itself`;
  return ownerReason(pod, node, view) ?? referenceReason(pod, node);
}

function ownerReason(pod: Pod, node: string, view: ClusterView): string | undefined {
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0)
    return `node "${node}" can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `node "${node}" can only create pods with an owner reference set to itself`;
  if (owner.controller !== true)
    return `node "${node}" can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion === true)
    return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  const uid = view.get<Node>('v1', 'Node', '', node)?.metadata.uid ?? '';
  return owner.uid === uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
}

function referenceReason(pod: Pod, node: string): string | undefined {
  const found = referencedKinds(pod)[0];
  return found === undefined ? undefined : `node "${node}" can not create pods that reference ${found}`;
}

/** What of the API a pod mentions, in words. */
function referencedKinds(pod: Pod): readonly string[] {
  const { spec } = pod;
  const volumes = spec?.volumes ?? [];
  const named = podReferences(pod);
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const words: readonly (readonly [string, boolean])[] = [
    ['a service account', (spec?.serviceAccountName ?? '') !== ''],
    ['secrets', named.some((key) => key.startsWith('secret/'))],
    ['configmaps', named.some((key) => key.startsWith('configmap/'))],
    ['clustertrustbundles', projected.some((source) => source.clusterTrustBundle !== undefined)],
    ['persistentvolumeclaims', volumes.some((volume) => volume.persistentVolumeClaim !== undefined)],
  ];
  return words.filter(([, is]) => is).map(([word]) => word);
}

/** Why nobody may create a mirror pod like this. */
export function mirrorReferenceReason(pod: Pod): string | undefined {
  const kinds = referencedKinds(pod);
  if (kinds.includes('a service account')) return 'a mirror pod may not reference service accounts';
  if (kinds.includes('secrets')) return 'a mirror pod may not reference secrets';
  const sources = (pod.spec?.volumes ?? []).flatMap((volume) => volume.projected?.sources ?? []);
  return sources.some((source) => source.serviceAccountToken !== undefined)
    ? 'a mirror pod may not use ServiceAccountToken volume projections'
    : undefined;
}
