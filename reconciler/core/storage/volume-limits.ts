/** How many volumes of a CSI driver a node can have attached: kube-scheduler's NodeVolumeLimits. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { CSINode } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView } from '../model/view.ts';
import { podClaims } from './pod-claims.ts';
import { classOfClaim } from './storage-class.ts';

/** Driver of each volume that the pod needs attached, by a name that is unique over the cluster. */
export type AttachedVolumes = ReadonlyMap<string, string>;

/** The CSI volumes of a pod; a claim without a volume yet counts as one of its class's provisioner. */
export function attachedVolumes(pod: Pod, view: ClusterView): AttachedVolumes {
  const drivers = new Map<string, string>();
  const namespace = pod.metadata.namespace ?? '';
  for (const { name } of podClaims(pod)) {
    const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
    if (claim === undefined) continue;
    const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', claim.spec?.volumeName ?? '');
    const csi = volume?.spec?.csi;
    if (csi !== undefined) drivers.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    else if (volume === undefined) {
      const provisioner = classOfClaim(claim, view)?.provisioner;
      if (provisioner !== undefined) drivers.set(`${provisioner}/${namespace}/${name}`, provisioner);
    }
  }
  return drivers;
}

/** Why the node can have no more; a node counts what it does not report a bound of as unbounded. */
export function attachLimitRefusal(
  wanted: AttachedVolumes,
  node: Node,
  view: ClusterView,
): string | undefined {
  if (wanted.size === 0) return undefined;
  const name = node.metadata.name ?? '';
  const limits = view.get<CSINode>('storage.k8s.io/v1', 'CSINode', '', name)?.spec.drivers ?? [];
  const bounded = limits.filter(
    ({ name: driver, allocatable }) =>
      allocatable?.count !== undefined && [...wanted.values()].includes(driver),
  );
  if (bounded.length === 0) return undefined;
  const attached = new Map<string, string>();
  for (const pod of view.podsOnNode(name)) {
    if (isPodTerminal(pod)) continue;
    for (const [volume, driver] of attachedVolumes(pod, view)) attached.set(volume, driver);
  }
  for (const [volume, driver] of wanted) attached.set(volume, driver);
  const counts = [...attached.values()];
  const isOver = bounded.some(
    ({ name: driver, allocatable }) =>
      counts.filter((one) => one === driver).length > (allocatable?.count ?? Infinity),
  );
  return isOver ? 'node(s) exceed max volume count' : undefined;
}
