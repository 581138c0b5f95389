import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemText } from '../../../../schemas/validation/field-problem.ts';
import type { KubeObject } from '../../model/object.ts';
import { preserved } from './preserved.ts';
import { updateProblems } from './updates.ts';

type Case = readonly [
  apiVersion: string,
  kind: string,
  before: object,
  after: object,
  ...causes: readonly string[],
];

const sealed = 'Forbidden: field is immutable when `immutable` is set';
const storage = (size: string, more: object = {}): object => ({
  spec: { resources: { requests: { storage: size } }, ...more },
  status: { phase: 'Bound', capacity: { storage: '1Gi' } },
});
const unbound = (size: string): object => ({ spec: { resources: { requests: { storage: size } } } });
const rule =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const verdict = (type: string): object => ({ status: { conditions: [{ type, status: 'True' }] } });

const cases: readonly Case[] = [
  ['v1', 'ConfigMap', { data: { a: 'b' } }, { data: { a: 'c' } }],
  [
    'v1',
    'ConfigMap',
    { immutable: true, data: { a: 'b' } },
    { immutable: true, data: { a: 'c' } },
    `data: ${sealed}`,
  ],
  ['v1', 'ConfigMap', { immutable: true }, {}, `immutable: ${sealed}`],
  [
    'v1',
    'ConfigMap',
    { immutable: true, binaryData: { a: 'YQ==' } },
    { immutable: true },
    `binaryData: ${sealed}`,
  ],
  ['v1', 'Secret', { type: 'Opaque' }, { type: 'a/b' }, 'type: Invalid value: "a/b": field is immutable'],
  [
    'v1',
    'Secret',
    { immutable: true, data: { a: 'YQ==' } },
    { immutable: true, data: {} },
    `data: ${sealed}`,
  ],
  [
    'v1',
    'ResourceQuota',
    { spec: { scopes: ['BestEffort'] } },
    { spec: {} },
    'spec.scopes: Invalid value: []: field is immutable',
  ],
  [
    'v1',
    'Node',
    { spec: {} },
    { spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'], providerID: 'a' } },
  ],
  [
    'v1',
    'Node',
    { spec: { podCIDRs: ['10.0.0.0/24'] } },
    { spec: { podCIDRs: ['10.0.1.0/24'] } },
    'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
  ],
  [
    'v1',
    'Node',
    { spec: { providerID: 'a' } },
    { spec: { providerID: 'b' } },
    'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
  ],
  ['v1', 'PersistentVolumeClaim', storage('1Gi'), storage('2Gi')],
  ['v1', 'PersistentVolumeClaim', storage('1Gi'), storage('1024Mi')],
  [
    'v1',
    'PersistentVolumeClaim',
    storage('2Gi'),
    storage('1Gi'),
    'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    unbound('1Gi'),
    unbound('2Gi'),
    `${rule}\n- spec.resources.requests.storage: "1Gi"\n+ spec.resources.requests.storage: "2Gi"`,
  ],
  ['v1', 'PersistentVolumeClaim', storage('1Gi'), storage('1Gi', { volumeName: 'disk' })],
  [
    'v1',
    'PersistentVolumeClaim',
    storage('1Gi', { volumeName: 'a' }),
    storage('1Gi', { volumeName: 'b' }),
    `${rule}\n- spec.volumeName: "a"\n+ spec.volumeName: "b"`,
  ],
  ['v1', 'PersistentVolumeClaim', storage('1Gi'), storage('1Gi', { storageClassName: 'fast' })],
  [
    'v1',
    'PersistentVolume',
    { spec: { hostPath: { path: '/a' } } },
    { spec: { hostPath: { path: '/b' } } },
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n- hostPath.path: "/a"\n+ hostPath.path: "/b"',
  ],
  [
    'v1',
    'PersistentVolume',
    { spec: { csi: { driver: 'd' } } },
    { spec: { csi: { driver: 'd', controllerExpandSecretRef: { name: 'a' } } } },
  ],
  [
    'v1',
    'Service',
    { spec: { type: 'LoadBalancer', loadBalancerClass: 'a/b' } },
    { spec: { type: 'LoadBalancer', loadBalancerClass: 'a/c' } },
    'spec.loadBalancerClass: Invalid value: "a/c": may not change once set',
  ],
  [
    'storage.k8s.io/v1',
    'StorageClass',
    { provisioner: 'a', parameters: { a: 'b' }, reclaimPolicy: 'Delete' },
    { provisioner: 'b', reclaimPolicy: 'Retain' },
    'parameters: Forbidden: updates to parameters are forbidden.',
    'provisioner: Forbidden: updates to provisioner are forbidden.',
    'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
  ],
  [
    'storage.k8s.io/v1',
    'StorageClass',
    { volumeBindingMode: 'Immediate' },
    { volumeBindingMode: 'WaitForFirstConsumer' },
    'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
  ],
  [
    'storage.k8s.io/v1',
    'CSIDriver',
    { spec: { attachRequired: true } },
    { spec: { attachRequired: false } },
    'spec.attachRequired: Invalid value: false: field is immutable',
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    { roleRef: { apiGroup: 'x', name: 'a' } },
    { roleRef: { apiGroup: 'x', name: 'b' } },
    'roleRef: Invalid value: {"apiGroup":"x","name":"b"}: cannot change roleRef',
  ],
  [
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 1 },
    { value: 2 },
    'value: Forbidden: may not be changed in an update.',
  ],
  [
    'node.k8s.io/v1',
    'RuntimeClass',
    { handler: 'a' },
    { handler: 'b' },
    'handler: Invalid value: "b": field is immutable',
  ],
  [
    'networking.k8s.io/v1',
    'IngressClass',
    { spec: { controller: 'a/b' } },
    { spec: { controller: 'a/c' } },
    'spec.controller: Invalid value: "a/c": field is immutable',
  ],
  [
    'networking.k8s.io/v1',
    'ServiceCIDR',
    { spec: { cidrs: ['10.0.0.0/16'] } },
    { spec: { cidrs: ['10.1.0.0/16'] } },
    'spec.cidrs[0]: Invalid value: "10.1.0.0/16": field is immutable',
  ],
  [
    'networking.k8s.io/v1',
    'ServiceCIDR',
    { spec: { cidrs: ['10.0.0.0/16'] } },
    { spec: { cidrs: ['10.0.0.0/16', 'fd00::/64'] } },
  ],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { addressType: 'IPv4' },
    { addressType: 'IPv6' },
    'addressType: Invalid value: "IPv6": field is immutable',
  ],
  [
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    verdict('Approved'),
    {},
    'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
  ],
  [
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
    {},
    verdict('Denied'),
    'status.conditions: Forbidden: updates may not add a condition of type "Denied"',
  ],
  [
    'v1',
    'ServiceAccount',
    { metadata: { finalizers: ['a/b'], deletionTimestamp: 't' } },
    { metadata: { finalizers: ['a/b', 'c/d'], deletionTimestamp: 't' } },
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
  ],
  [
    'v1',
    'ServiceAccount',
    { metadata: { uid: 'a' } },
    { metadata: { uid: 'b' } },
    'metadata.uid: Invalid value: "b": field is immutable',
  ],
  [
    'v1',
    'ServiceAccount',
    { metadata: { generation: 3 } },
    { metadata: { generation: 2 } },
    'metadata.generation: Invalid value: 2: must not be decremented',
  ],
];

function objectOf(apiVersion: string, kind: string, fields: object): KubeObject {
  const { metadata, ...rest } = fields as { readonly metadata?: object };
  return { apiVersion, kind, metadata: { name: 'a', ...metadata }, ...rest };
}

for (const [apiVersion, kind, before, after, ...causes] of cases) {
  test(`${kind}: ${causes[0]?.split('\n')[0] ?? `${JSON.stringify(after)} is fine`}`, () => {
    const found = updateProblems(objectOf(apiVersion, kind, after), objectOf(apiVersion, kind, before), '');
    assert.deepEqual(
      found.map((one) => `${one.path}: ${problemText(one)}`).toSorted(),
      [...causes].toSorted(),
    );
  });
}

test('only finalize takes a finalizer from a namespace', () => {
  const before = objectOf('v1', 'Namespace', { spec: { finalizers: ['kubernetes'] } });
  const after = objectOf('v1', 'Namespace', { spec: { finalizers: [] } });
  assert.deepEqual(preserved(after, before, ''), before);
  assert.equal(preserved(after, before, 'finalize'), after);
});

test('a signing request stays what was asked; approval brings conditions and nothing else', () => {
  const kind = 'CertificateSigningRequest';
  const before = objectOf('certificates.k8s.io/v1', kind, { spec: { usages: ['client auth'] } });
  const after = objectOf('certificates.k8s.io/v1', kind, {
    spec: { usages: ['any'] },
    status: {
      certificate: 'x',
      conditions: [
        { type: 'Approved', status: 'True' },
        { type: 'Failed', status: 'True' },
      ],
    },
  });
  assert.deepEqual(preserved(after, before, 'approval'), {
    ...before,
    status: {
      conditions: [
        { type: 'Approved', status: 'True' },
        { type: 'Failed', status: 'True' },
      ],
    },
  });
  assert.deepEqual(preserved(after, before, 'status'), {
    ...before,
    status: { certificate: 'x', conditions: [{ type: 'Failed', status: 'True' }] },
  });
});
