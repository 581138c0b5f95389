/** Volumes of a pod that are claims: what their PersistentVolume comes to on this host. */
import type { Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClaimEntry } from '../../../schemas/wire/messages.ts';
import type { PodSources } from './sources.ts';
import type { HostPathCheck, VolumeSpec } from './volume-spec.ts';

/** The name of the volume's claim in the pod's namespace; undefined for volumes that are none. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name ?? ''}-${volume.name}`;
}

/** What of a PersistentVolume's spec is no volume source. */
const attributes: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'mountOptions',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** The claim's volume on this host, or why the pod has to wait for it. */
export function compileClaim(
  pod: Pod,
  volume: Volume,
  claimName: string,
  sources: PodSources,
): VolumeSpec | { readonly problem: string } {
  const { namespace = '', uid = '' } = pod.metadata;
  const entry = sources.claim(namespace, claimName);
  if (entry === undefined)
    return { problem: `error processing PVC ${namespace}/${claimName}: PVC is not bound` };
  if (entry.problem !== undefined) return { problem: entry.problem };
  if (volume.ephemeral !== undefined && entry.ownerUid !== uid)
    return {
      problem: `error processing PVC ${namespace}/${claimName}: PVC ${namespace}/${claimName} was not created for pod ${namespace}/${pod.metadata.name ?? ''} (pod is not owner)`,
    };
  if (entry.accessModes.includes('ReadWriteOncePod') && sources.isClaimTaken(namespace, claimName, uid))
    return { problem: 'volume uses the ReadWriteOncePod access mode and is already in use by another pod' };
  return compileSource(pod, volume.name, entry);
}

function compileSource(
  pod: Pod,
  name: string,
  { volume, volumeName, provisioned }: ClaimEntry,
): VolumeSpec | { readonly problem: string } {
  if (volume.volumeMode === 'Block') return { problem: 'volumes of volumeMode Block are not built yet' };
  const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
  const ownership = {
    fsGroup,
    changePolicy: fsGroupChangePolicy === 'OnRootMismatch' ? 'root' : 'always',
  } as const;
  if (volume.hostPath !== undefined) {
    const { path, type = '' } = volume.hostPath;
    return { type: 'hostPath', name, path, check: type as HostPathCheck };
  }
  if (provisioned) return { type: 'provisioned', name, volumeName, ...ownership };
  if (volume.local !== undefined) return { type: 'local', name, path: volume.local.path, ...ownership };
  const type = Object.keys(volume).find((key) => !attributes.has(key)) ?? 'unknown';
  return { problem: `persistent volumes of type ${type} are not built yet` };
}
