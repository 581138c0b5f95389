/** Volumes that two pods, or two pods of one node, cannot have at once: kube-scheduler's VolumeRestrictions. */
import type { Node, PersistentVolumeClaim, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView } from '../model/view.ts';
import { usesClaim } from './pod-claims.ts';

const onePodConflict =
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';

/** A claim for one pod alone is in use, on this node or any other. */
export function onePodRefusal(
  claims: readonly PersistentVolumeClaim[],
  pod: Pod,
  view: ClusterView,
): string | undefined {
  const names = claims
    .filter(({ spec }) => spec?.accessModes?.includes('ReadWriteOncePod') === true)
    .map(({ metadata }) => metadata.name ?? '');
  if (names.length === 0) return undefined;
  const others = view.list<Pod>('v1', 'Pod', pod.metadata.namespace ?? '');
  const inUse = others.some(
    (other) =>
      other.metadata.uid !== pod.metadata.uid &&
      (other.spec?.nodeName ?? '') !== '' &&
      !isPodTerminal(other) &&
      names.some((name) => usesClaim(other, name)),
  );
  return inUse ? onePodConflict : undefined;
}

/** What identifies an inline disk; undefined for volumes that may be shared on a node. */
function diskOf(volume: Volume): { readonly id: string; readonly shareable: boolean } | undefined {
  const { gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd } = volume;
  if (gce !== undefined) return { id: `gce/${gce.pdName}`, shareable: gce.readOnly === true };
  if (aws !== undefined) return { id: `aws/${aws.volumeID}`, shareable: false };
  if (iscsi !== undefined)
    return { id: `iscsi/${iscsi.iqn}/${iscsi.lun}`, shareable: iscsi.readOnly === true };
  if (rbd === undefined) return undefined;
  const monitors = rbd.monitors.toSorted().join();
  return { id: `rbd/${monitors}/${rbd.pool ?? 'rbd'}/${rbd.image}`, shareable: rbd.readOnly === true };
}

/** A disk that the pod names itself is already used on the node, and not by readers alone. */
export function diskRefusal(pod: Pod, node: Node, view: ClusterView): string | undefined {
  const disks = (pod.spec?.volumes ?? []).flatMap((volume) => diskOf(volume) ?? []);
  if (disks.length === 0) return undefined;
  const taken = view
    .podsOnNode(node.metadata.name ?? '')
    .filter((other) => !isPodTerminal(other))
    .flatMap((other) => (other.spec?.volumes ?? []).flatMap((volume) => diskOf(volume) ?? []));
  const conflicts = disks.some((disk) =>
    taken.some((other) => other.id === disk.id && !(disk.shareable && other.shareable)),
  );
  return conflicts ? 'node(s) had no available disk' : undefined;
}
