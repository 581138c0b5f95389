/** Columns of volumes, claims and what provides them. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  StorageClass,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../../../../schemas/kubernetes/types/storage-v1.ts';
import { ageColumn, type ColumnTable, columnTable, count, flag, nameColumn, text, wide } from '../column.ts';
import { none, unset } from '../texts.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const accessModes: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

const volumes = columnTable<PersistentVolume>([
  nameColumn,
  text('Capacity', 'Size.', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  text('Access Modes', 'Ways in which it may be mounted.', ({ spec }) => modesText(spec?.accessModes)),
  text(
    'Reclaim Policy',
    'What becomes of it without its claim.',
    ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
  ),
  text('Status', 'Where the volume stands.', phase),
  text('Claim', 'Namespace and name of its claim.', ({ spec }) =>
    spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
  ),
  text('StorageClass', 'Its class.', className),
  text(
    'VolumeAttributesClass',
    'Class of its attributes.',
    ({ spec }) => spec?.volumeAttributesClassName ?? unset,
  ),
  text('Reason', 'Why it is in its state.', ({ status }) => status?.reason ?? ''),
  ageColumn,
  wide('VolumeMode', 'Filesystem or Block.', ({ spec }) => spec?.volumeMode ?? unset),
]);

const claims = columnTable<PersistentVolumeClaim>([
  nameColumn,
  text('Status', 'Where the claim stands.', phase),
  text('Volume', 'Volume that it is bound to.', ({ spec }) => spec?.volumeName ?? ''),
  text('Capacity', 'Size of the volume.', ({ spec, status }) =>
    spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
  ),
  text('Access Modes', 'Ways in which the volume may be mounted.', ({ spec, status }) =>
    spec?.volumeName ? modesText(status?.accessModes) : '',
  ),
  text('StorageClass', 'Its class.', className),
  text(
    'VolumeAttributesClass',
    'Class of its attributes.',
    ({ spec }) => spec?.volumeAttributesClassName ?? unset,
  ),
  ageColumn,
  wide('VolumeMode', 'Filesystem or Block.', ({ spec }) => spec?.volumeMode ?? unset),
]);

const storageClasses = columnTable<StorageClass>([
  {
    ...nameColumn,
    cell: ({ metadata }) => `${metadata.name ?? ''}${isDefault(metadata) ? ' (default)' : ''}`,
  },
  text('Provisioner', 'Who makes volumes of the class.', ({ provisioner }) => provisioner),
  text(
    'ReclaimPolicy',
    'What becomes of volumes without a claim.',
    ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
  ),
  text(
    'VolumeBindingMode',
    'When volumes are made.',
    ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
  ),
  text(
    'AllowVolumeExpansion',
    'Whether volumes may grow.',
    ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  ),
  ageColumn,
]);

const attributesClasses = columnTable<VolumeAttributesClass>([
  nameColumn,
  text('DriverName', 'Driver that the attributes are for.', ({ driverName }) => driverName),
  ageColumn,
]);

const attachments = columnTable<VolumeAttachment>([
  nameColumn,
  text('Attacher', 'Driver that attaches.', ({ spec }) => spec.attacher, { format: 'name' }),
  text('PV', 'Volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  text('Node', 'Node that it is attached to.', ({ spec }) => spec.nodeName),
  flag('Attached', 'Whether it is attached.', ({ status }) => status?.attached),
  ageColumn,
]);

const csiNodes = columnTable<CSINode>([
  nameColumn,
  count('Drivers', 'Drivers on the node.', ({ spec }) => spec.drivers.length),
  ageColumn,
]);

const csiDrivers = columnTable<CSIDriver>([
  nameColumn,
  flag('AttachRequired', 'Whether volumes are attached first.', ({ spec }) => spec.attachRequired ?? true),
  flag('PodInfoOnMount', 'Whether it is told of the pod.', ({ spec }) => spec.podInfoOnMount),
  flag('StorageCapacity', 'Whether it reports its capacity.', ({ spec }) => spec.storageCapacity),
  text('TokenRequests', 'Audiences of tokens that it asks for.', ({ spec }) =>
    spec.tokenRequests === undefined ? unset : spec.tokenRequests.map(({ audience }) => audience).join(','),
  ),
  flag(
    'RequiresRepublish',
    'Whether it is told again from time to time.',
    ({ spec }) => spec.requiresRepublish,
  ),
  text(
    'Modes',
    'Persistent or ephemeral.',
    ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || none,
  ),
  ageColumn,
]);

const csiCapacities = columnTable<CSIStorageCapacity>([
  nameColumn,
  text('StorageClassName', 'Class that the capacity is of.', ({ storageClassName }) => storageClassName),
  text('Capacity', 'What is left.', ({ capacity }) => capacity ?? unset),
]);

export const storageColumns: Readonly<Record<string, ColumnTable>> = {
  '/PersistentVolume': volumes,
  '/PersistentVolumeClaim': claims,
  'storage.k8s.io/CSIDriver': csiDrivers,
  'storage.k8s.io/CSINode': csiNodes,
  'storage.k8s.io/CSIStorageCapacity': csiCapacities,
  'storage.k8s.io/StorageClass': storageClasses,
  'storage.k8s.io/VolumeAttachment': attachments,
  'storage.k8s.io/VolumeAttributesClass': attributesClasses,
};

function phase({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

function className({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '';
}

function isDefault({ annotations }: StorageClass['metadata']): boolean {
  return defaultAnnotations.some((name) => annotations?.[name] === 'true');
}

function modesText(modes: readonly string[] | undefined): string {
  return accessModes
    .filter(([mode]) => modes?.includes(mode) === true)
    .map(([, short]) => short)
    .join(',');
}
