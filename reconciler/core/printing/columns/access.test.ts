import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../printing-scenario.ts';

type Case = readonly [what: string, object: Parameters<typeof printed>[0], expected: string];

const subjects = [
  { kind: 'User', name: 'ann' },
  { kind: 'User', name: 'ben' },
  { kind: 'Group', name: 'dev' },
  { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
];

const cases: readonly Case[] = [
  ['ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '' }, binaryData: { b: '' } }, 'DATA=2'],
  ['Secret', { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data: { a: '' } }, 'TYPE=Opaque | DATA=1'],
  ['ServiceAccount', { apiVersion: 'v1', kind: 'ServiceAccount' }, ''],
  [
    'RoleBinding',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      roleRef: { kind: 'Role', name: 'view' },
      subjects,
    },
    'ROLE=Role/view | [USERS=ann, ben] | [GROUPS=dev] | [SERVICEACCOUNTS=ci/bot]',
  ],
  [
    'ClusterRoleBinding',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: 'view' },
    },
    'ROLE=ClusterRole/view | [USERS=] | [GROUPS=] | [SERVICEACCOUNTS=]',
  ],
  [
    'CertificateSigningRequest',
    {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      spec: { signerName: 'kubernetes.io/kube-apiserver-client', username: 'ann', expirationSeconds: 86400 },
      status: { conditions: [{ type: 'Approved' }], certificate: 'Cg==' },
    },
    'SIGNERNAME=kubernetes.io/kube-apiserver-client | REQUESTOR=ann | REQUESTEDDURATION=24h | CONDITION=Approved,Issued',
  ],
  [
    'CertificateSigningRequest that waits',
    {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      spec: { signerName: 'example.com/s', username: 'ann' },
    },
    'SIGNERNAME=example.com/s | REQUESTOR=ann | REQUESTEDDURATION=<none> | CONDITION=Pending',
  ],
  [
    'PersistentVolume',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'default', name: 'data' },
        storageClassName: 'local',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    'CAPACITY=1Gi | ACCESS MODES=RWO,RWX | RECLAIM POLICY=Retain | STATUS=Bound | CLAIM=default/data | STORAGECLASS=local | VOLUMEATTRIBUTESCLASS=<unset> | REASON= | [VOLUMEMODE=Filesystem]',
  ],
  [
    'PersistentVolumeClaim that waits',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local' },
      status: { phase: 'Pending' },
    },
    'STATUS=Pending | VOLUME= | CAPACITY= | ACCESS MODES= | STORAGECLASS=local | VOLUMEATTRIBUTESCLASS=<unset> | [VOLUMEMODE=<unset>]',
  ],
  [
    'PersistentVolumeClaim on its way out',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { deletionTimestamp: '2026-11-26T11:59:00Z' },
      spec: { volumeName: 'pv-1' },
      status: { phase: 'Bound', accessModes: ['ReadWriteOncePod'], capacity: { storage: '5Gi' } },
    },
    'STATUS=Terminating | VOLUME=pv-1 | CAPACITY=5Gi | ACCESS MODES=RWOP | STORAGECLASS= | VOLUMEATTRIBUTESCLASS=<unset> | [VOLUMEMODE=<unset>]',
  ],
  [
    'StorageClass',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'example.com/disk',
    },
    'NAME=one (default) | PROVISIONER=example.com/disk | RECLAIMPOLICY=Delete | VOLUMEBINDINGMODE=Immediate | ALLOWVOLUMEEXPANSION=false',
  ],
  [
    'VolumeAttachment',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      spec: { attacher: 'csi', nodeName: 'node-1', source: { persistentVolumeName: 'pv-1' } },
      status: { attached: true },
    },
    'ATTACHER=csi | PV=pv-1 | NODE=node-1 | ATTACHED=true',
  ],
  [
    'CSIDriver',
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      spec: { podInfoOnMount: true, volumeLifecycleModes: ['Persistent', 'Ephemeral'] },
    },
    'ATTACHREQUIRED=true | PODINFOONMOUNT=true | STORAGECAPACITY=false | TOKENREQUESTS=<unset> | REQUIRESREPUBLISH=false | MODES=Persistent,Ephemeral',
  ],
  ['CSINode', { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', spec: { drivers: [{}] } }, 'DRIVERS=1'],
  [
    'CSIStorageCapacity',
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', storageClassName: 'fast' },
    'STORAGECLASSNAME=fast | CAPACITY=<unset>',
  ],
  [
    'VolumeAttributesClass',
    { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass', driverName: 'csi' },
    'DRIVERNAME=csi',
  ],
];

for (const [what, object, expected] of cases)
  test(`columns of a ${what}`, () => assert.equal(printed(object), expected));
