/** Kubernetes' defaults of volumes, claims and storage classes. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type {
  CSIDriver,
  CSIDriverSpec,
  StorageClass,
  VolumeAttachment,
} from '../../../../schemas/kubernetes/types/storage-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { fill } from './unset-fields.ts';

export const storageDefaulters: Defaulters = {
  'v1/PersistentVolume': (object) => {
    const volume = object as PersistentVolume;
    return volume.spec === undefined ? volume : { ...volume, spec: volumeDefaults(volume.spec) };
  },
  'v1/PersistentVolumeClaim': (object) => {
    const claim = object as PersistentVolumeClaim;
    return claim.spec === undefined ? claim : { ...claim, spec: claimDefaults(claim.spec) };
  },
  'storage.k8s.io/v1/StorageClass': (object) =>
    fill(object as StorageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'storage.k8s.io/v1/CSIDriver': (object) => {
    const driver = object as CSIDriver;
    return driver.spec === undefined ? driver : { ...driver, spec: driverDefaults(driver.spec) };
  },
  'storage.k8s.io/v1/VolumeAttachment': (object) => {
    const attachment = object as VolumeAttachment;
    const inline = attachment.spec?.source?.inlineVolumeSpec;
    if (inline === undefined) return attachment;
    const source = { ...attachment.spec.source, inlineVolumeSpec: sourceDefaults(inline) };
    return { ...attachment, spec: { ...attachment.spec, source } };
  },
};

/** Of a claim of its own, and of one in a template. What it was made from is said in both fields. */
export function claimDefaults(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { dataSource, dataSourceRef } = spec;
  const filled = fill(spec, { volumeMode: 'Filesystem', resources: {} });
  if (dataSource !== undefined && dataSource !== null && !dataSourceRef)
    return { ...filled, dataSourceRef: dataSource };
  const local = dataSourceRef?.namespace === undefined || dataSourceRef.namespace === '';
  if (!dataSourceRef || dataSource || !local || !copiesBack(dataSourceRef)) return filled;
  const { namespace: _, ...source } = dataSourceRef;
  return { ...filled, dataSource: source };
}

/** Only claims and snapshots can be a dataSource. */
function copiesBack({ apiGroup, kind }: { readonly apiGroup?: string; readonly kind: string }): boolean {
  if (kind === 'PersistentVolumeClaim') return apiGroup === undefined || apiGroup === '';
  return kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io';
}

function volumeDefaults(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  return sourceDefaults(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }));
}

/** What a source of a volume leaves out, as for a pod's volumes. */
function sourceDefaults(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  const { hostPath, iscsi, rbd, azureDisk, scaleIO } = spec;
  return {
    ...spec,
    ...(hostPath === undefined ? {} : { hostPath: { type: '', ...hostPath } }),
    ...(iscsi === undefined ? {} : { iscsi: fill(iscsi, { iscsiInterface: 'default' }) }),
    ...(rbd === undefined
      ? {}
      : { rbd: fill(rbd, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }) }),
    ...(azureDisk === undefined
      ? {}
      : {
          azureDisk: fill(azureDisk, {
            cachingMode: 'ReadWrite',
            kind: 'Shared',
            fsType: 'ext4',
            readOnly: false,
          }),
        }),
    ...(scaleIO === undefined
      ? {}
      : { scaleIO: fill(scaleIO, { storageMode: 'ThinProvisioned', fsType: 'xfs' }) }),
  };
}

function driverDefaults(spec: CSIDriverSpec): CSIDriverSpec {
  const filled = fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
  });
  const modes = filled.volumeLifecycleModes ?? [];
  return modes.length > 0 ? filled : { ...filled, volumeLifecycleModes: ['Persistent'] };
}
