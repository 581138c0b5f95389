/** Volumes, claims, classes, and the objects that hold data. */
import { core, storage } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

export const storageDescriptions: Descriptions = {
  [core('Volume')]: {
    self: 'A volume of a pod. Exactly one of its sources is set.',
    fields: {
      configMap: 'Entries of a config map as files.',
      csi: 'A volume of a CSI driver that lives as long as the pod.',
      downwardAPI: 'Fields of the pod as files.',
      emptyDir: 'An empty directory that lives as long as the pod.',
      ephemeral: 'A claim that lives as long as the pod.',
      hostPath: 'A file or directory of the node.',
      image: 'An image, mounted read-only.',
      iscsi: 'An iSCSI disk.',
      name: 'Name of the volume, unique in its pod.',
      nfs: 'An NFS export.',
      persistentVolumeClaim: 'A claim of the same namespace.',
      projected: 'Several sources in one directory.',
      secret: 'Entries of a secret as files.',
    },
  },
  [core('PersistentVolumeClaimSpec')]: {
    self: 'What storage is asked for.',
    fields: {
      accessModes: 'Ways in which the volume is mounted.',
      dataSource: 'Snapshot or claim that the volume begins as.',
      dataSourceRef: 'Object that the volume begins as.',
      resources: 'Size of the volume.',
      storageClassName: 'Class of the volume; the default class unless given.',
      volumeMode: 'Filesystem or Block.',
      volumeName: 'Volume that the claim is bound to.',
    },
  },
  [core('PersistentVolumeSpec')]: {
    self: 'What the volume is.',
    fields: {
      accessModes: 'Ways in which the volume may be mounted.',
      capacity: 'Size of the volume.',
      claimRef: 'Claim that the volume is bound to.',
      nodeAffinity: 'Nodes that can reach the volume.',
      persistentVolumeReclaimPolicy: 'What becomes of it without its claim: Retain or Delete.',
      storageClassName: 'Class of the volume.',
      volumeMode: 'Filesystem or Block.',
    },
  },
  [storage('StorageClass')]: {
    fields: {
      allowVolumeExpansion: 'Whether volumes may grow.',
      allowedTopologies: 'Where volumes may be made.',
      mountOptions: 'Options that volumes are mounted with.',
      parameters: 'Settings for the provisioner.',
      provisioner: 'Who makes volumes of the class.',
      reclaimPolicy: 'What becomes of volumes without a claim; Delete unless given.',
      volumeBindingMode: 'When volumes are made: Immediate or WaitForFirstConsumer.',
    },
  },
  [core('ConfigMap')]: {
    fields: {
      binaryData: 'Entries that are no text, in base64.',
      data: 'Entries that are text.',
      immutable: 'Whether the entries can never change.',
    },
  },
  [core('Secret')]: {
    fields: {
      data: 'Entries in base64.',
      immutable: 'Whether the entries can never change.',
      stringData: 'Entries as text, for writing alone.',
      type: 'What the secret is for.',
    },
  },
};
