/** What a host is told of volumes: those that the claims of its pods are bound to, and those whose folders it removes. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClaimEntry, RemovedVolumeEntry } from '../../../schemas/wire/messages.ts';
import type { ClusterView } from '../model/view.ts';
import { isFullyBound } from '../storage/binding.ts';
import { isLocalPathVolume, isOnNode, localPathFinalizer } from '../storage/local-path.ts';
import { reachesNode } from '../storage/volume-match.ts';

/** The volume of a claim; undefined while it has none. */
export function claimEntry(
  view: ClusterView,
  node: string,
  namespace: string,
  name: string,
): ClaimEntry | undefined {
  const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
  if (claim === undefined || !isFullyBound(claim) || claim.status?.phase !== 'Bound') return undefined;
  const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', claim.spec?.volumeName ?? '');
  if (volume?.spec === undefined || volume.spec.claimRef?.uid !== claim.metadata.uid) return undefined;
  const { claimRef: _, nodeAffinity: __, ...spec } = volume.spec;
  const owner = claim.metadata.ownerReferences?.find(
    ({ kind, controller }) => kind === 'Pod' && controller === true,
  );
  const live = view.get<Node>('v1', 'Node', '', node);
  const isElsewhere = live !== undefined && !reachesNode(volume, live);
  return {
    key: `claim/${namespace}/${name}`,
    type: 'claim',
    volumeName: volume.metadata.name ?? '',
    ...(owner === undefined ? {} : { ownerUid: owner.uid }),
    accessModes: claim.spec?.accessModes ?? [],
    volume: spec,
    provisioned: isLocalPathVolume(volume),
    ...(isElsewhere ? { problem: 'NodeAffinity check failed: no matching NodeSelectorTerms' } : {}),
  };
}

/** Whether Berth's own folder behind the volume is to go: the volume is deleted, nobody uses it, nobody keeps it. */
function isRemoved(volume: PersistentVolume): boolean {
  return (
    volume.metadata.deletionTimestamp !== undefined &&
    volume.status?.phase !== 'Bound' &&
    volume.spec?.persistentVolumeReclaimPolicy === 'Delete' &&
    isLocalPathVolume(volume) &&
    volume.metadata.finalizers?.includes(localPathFinalizer) === true
  );
}

export function removedVolumeEntry(
  view: ClusterView,
  nodeName: string,
  name: string,
): RemovedVolumeEntry | undefined {
  const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name);
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (volume === undefined || node === undefined || !isRemoved(volume) || !isOnNode(volume, node))
    return undefined;
  return { key: `removed-volume/${name}`, type: 'removed-volume' };
}

/** Names of the volumes whose folders the host has to remove. */
export function removedVolumes(view: ClusterView, nodeName: string): readonly string[] {
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (node === undefined) return [];
  return view
    .list<PersistentVolume>('v1', 'PersistentVolume')
    .filter((volume) => isRemoved(volume) && isOnNode(volume, node))
    .map(({ metadata }) => metadata.name ?? '');
}

/** The hosts that have the folder of a volume which is, or was, on its way out. */
export function hostsOfRemoval(
  before: PersistentVolume | undefined,
  after: PersistentVolume | undefined,
  view: ClusterView,
): readonly string[] {
  const volume = [before, after].find((one) => one !== undefined && isRemoved(one));
  if (volume === undefined) return [];
  return view
    .list<Node>('v1', 'Node')
    .filter((node) => isOnNode(volume, node))
    .map(({ metadata }) => metadata.name ?? '');
}
