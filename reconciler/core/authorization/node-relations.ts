/** What a node has to do with through the pods that are bound to it. */
import type { PersistentVolume, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { VolumeAttachment } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { podReferences } from '../desired/pod-references.ts';
import type { ClusterView } from '../model/view.ts';

/** Pods that a kubelet made itself speak for nothing: their author is the node. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';

type Related = (node: string, namespace: string, name: string, view: ClusterView) => boolean;

/** By resource: whether a pod of `node` (or the object itself) links the node to it. */
export const nodeRelations: Readonly<Record<string, Related>> = {
  configmaps: (node, namespace, name, view) =>
    somePod(node, namespace, view, (pod) => podReferences(pod).includes(`configmap/${namespace}/${name}`)),
  secrets: (node, namespace, name, view) =>
    somePod(
      node,
      namespace,
      view,
      (pod) =>
        podReferences(pod).includes(`secret/${namespace}/${name}`) ||
        (pod.spec?.volumes ?? []).some((volume) => volumeSecrets(volume).includes(name)),
    ),
  persistentvolumeclaims: (node, namespace, name, view) =>
    somePod(node, namespace, view, (pod) => claimsOf(pod).includes(name)),
  persistentvolumes: (node, _namespace, name, view) => {
    const claim = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name)?.spec?.claimRef;
    const { namespace = '', name: claimName = '' } = claim ?? {};
    return claim !== undefined && somePod(node, namespace, view, (pod) => claimsOf(pod).includes(claimName));
  },
  serviceaccounts: (node, namespace, name, view) =>
    somePod(node, namespace, view, (pod) => (pod.spec?.serviceAccountName ?? 'default') === name),
  volumeattachments: (node, _namespace, name, view) =>
    view.get<VolumeAttachment>('storage.k8s.io/v1', 'VolumeAttachment', '', name)?.spec.nodeName === node,
  pods: (node, namespace, name, view) => view.get<Pod>('v1', 'Pod', namespace, name)?.spec?.nodeName === node,
};

function somePod(node: string, namespace: string, view: ClusterView, links: (pod: Pod) => boolean): boolean {
  return view
    .podsOnNode(node)
    .some(
      (pod) =>
        pod.metadata.namespace === namespace &&
        pod.metadata.annotations?.[mirrorAnnotation] === undefined &&
        links(pod),
    );
}

/** Names of the claims that a pod mounts; an ephemeral volume's claim is named after pod and volume. */
function claimsOf(pod: Pod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name ?? ''}-${volume.name}`];
  });
}

/** Secrets that volumes of the older in-tree kinds and CSI volumes name. */
function volumeSecrets(volume: Volume): readonly string[] {
  const sources = [
    volume.csi?.nodePublishSecretRef,
    volume.cephfs?.secretRef,
    volume.flexVolume?.secretRef,
    volume.iscsi?.secretRef,
    volume.rbd?.secretRef,
    volume.scaleIO?.secretRef,
    volume.storageos?.secretRef,
  ];
  const names = [...sources.map((one) => one?.name), volume.azureFile?.secretName];
  return names.filter((name) => name !== undefined);
}
