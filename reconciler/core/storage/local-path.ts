/**
 * The provisioner that every cluster has: a folder on the host of a claim's first pod. The volume is of type `local`
 * and tied to that host; its agent makes the folder when a pod needs it and removes it when it is told to.
 */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { hostPaths } from '../../../schemas/wire/messages.ts';
import { boundByControllerAnnotation, provisionedByAnnotation } from './annotations.ts';
import { claimReference } from './binding.ts';

export const localPathProvisioner = 'berth.dev/local-path';

/** Keeps the volume until its host has removed the folder. */
export const localPathFinalizer = 'berth.dev/local-path';

const hostnameLabel = 'kubernetes.io/hostname';

/** A folder is on one host: none but its pods can write to it. */
const accessModes: ReadonlySet<string> = new Set(['ReadWriteOnce', 'ReadWriteOncePod']);

/** The class that claims get unless they name another. */
export const localPathClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'local-path',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: localPathProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** Why no folder can be what the claim asks for; undefined where one can. */
export function localPathRefusal({ spec }: PersistentVolumeClaim): string | undefined {
  if (spec?.volumeMode === 'Block') return 'a local path is a file system: volumeMode Block is not supported';
  const foreign = (spec?.accessModes ?? []).find((mode) => !accessModes.has(mode));
  if (foreign !== undefined)
    return `a local path is on one node: only ReadWriteOnce and ReadWriteOncePod are supported, not ${foreign}`;
  if (spec?.selector !== undefined) return 'claim.spec.selector is not supported';
  if (spec?.dataSource !== undefined || spec?.dataSourceRef !== undefined)
    return 'a local path cannot be filled from a data source';
  return undefined;
}

/** The name of the volume that is made for a claim. */
export function provisionedVolumeName(claim: PersistentVolumeClaim): string {
  return `pvc-${claim.metadata.uid ?? ''}`;
}

/** The new volume on `node`, reserved for the claim. */
export function localPathVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node,
): PersistentVolume {
  const name = provisionedVolumeName(claim);
  const hostname = node.metadata.labels?.[hostnameLabel] ?? node.metadata.name ?? '';
  const { reclaimPolicy = 'Delete', mountOptions = [] } = storageClass;
  const storage = claim.spec?.resources?.requests?.['storage'] ?? '0';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: {
        [provisionedByAnnotation]: localPathProvisioner,
        [boundByControllerAnnotation]: 'yes',
      },
      finalizers: [localPathFinalizer],
    },
    spec: {
      accessModes: claim.spec?.accessModes ?? [],
      capacity: { storage },
      claimRef: claimReference(claim),
      local: { path: `${hostPaths.volumes}/${name}` },
      ...(mountOptions.length === 0 ? {} : { mountOptions }),
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: hostnameLabel, operator: 'In', values: [hostname] }] },
          ],
        },
      },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name ?? '',
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
    },
  };
}

/** Whether Berth made the volume, as a folder that it may remove. */
export function isLocalPathVolume({ metadata }: PersistentVolume): boolean {
  return metadata.annotations?.[provisionedByAnnotation] === localPathProvisioner;
}

/** Whether the volume's folder is on the host of this name. */
export function isOnNode(volume: PersistentVolume, node: Node): boolean {
  const hostname = node.metadata.labels?.[hostnameLabel] ?? node.metadata.name ?? '';
  return hostnameOfVolume(volume) === hostname;
}

/** The value of `kubernetes.io/hostname` that the volume is tied to. */
export function hostnameOfVolume({ spec }: PersistentVolume): string | undefined {
  const [term] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return term?.matchExpressions?.find(({ key }) => key === hostnameLabel)?.values?.[0];
}
