import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateRequestFor } from './cluster-objects-access.ts';
import { applyDefaults } from './defaults.ts';

type Case = readonly [name: string, apiVersion: string, kind: string, given: object, filled: object];

const hook = {
  name: 'a',
  clientConfig: { service: { name: 's', namespace: 'n' } },
  rules: [{ operations: ['*'] }],
};
const filledHook = {
  ...hook,
  clientConfig: { service: { name: 's', namespace: 'n', port: 443 } },
  rules: [{ operations: ['*'], scope: '*' }],
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};
const rbac = 'rbac.authorization.k8s.io';

const cases: readonly Case[] = [
  [
    'secret',
    'v1',
    'Secret',
    { data: { a: 'eA==' }, stringData: { b: 'y' } },
    { type: 'Opaque', data: { a: 'eA==', b: 'eQ==' } },
  ],
  [
    'claim',
    'v1',
    'PersistentVolumeClaim',
    { spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'a' } } },
    {
      spec: {
        volumeMode: 'Filesystem',
        resources: {},
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'a' },
      },
    },
  ],
  [
    'volume',
    'v1',
    'PersistentVolume',
    { spec: { hostPath: { path: '/a' } } },
    {
      spec: {
        hostPath: { path: '/a', type: '' },
        persistentVolumeReclaimPolicy: 'Retain',
        volumeMode: 'Filesystem',
      },
    },
  ],
  [
    'limits',
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '1', memory: '1' } }] } },
    {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2' },
            min: { cpu: '1', memory: '1' },
            default: { cpu: '2' },
            defaultRequest: { cpu: '2', memory: '1' },
          },
        ],
      },
    },
  ],
  [
    'endpoints',
    'v1',
    'Endpoints',
    { subsets: [{ ports: [{ port: 1 }] }] },
    { subsets: [{ ports: [{ port: 1, protocol: 'TCP' }] }] },
  ],
  [
    'slice',
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { ports: [{ port: 1 }] },
    { ports: [{ port: 1, name: '', protocol: 'TCP' }] },
  ],
  [
    'storage class',
    'storage.k8s.io/v1',
    'StorageClass',
    {},
    { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  ],
  [
    'csi driver',
    'storage.k8s.io/v1',
    'CSIDriver',
    { spec: {} },
    {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        requiresRepublish: false,
        seLinuxMount: false,
        volumeLifecycleModes: ['Persistent'],
      },
    },
  ],
  [
    'policy of what comes in',
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { spec: { podSelector: {}, ingress: [{ ports: [{ port: 1 }] }] } },
    {
      spec: {
        podSelector: {},
        ingress: [{ ports: [{ port: 1, protocol: 'TCP' }] }],
        policyTypes: ['Ingress'],
      },
    },
  ],
  [
    'policy of both ways',
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { spec: { podSelector: {}, egress: [{}] } },
    { spec: { podSelector: {}, egress: [{}], policyTypes: ['Ingress', 'Egress'] } },
  ],
  [
    'ingress class',
    'networking.k8s.io/v1',
    'IngressClass',
    { spec: { parameters: { kind: 'A', name: 'a' } } },
    { spec: { parameters: { kind: 'A', name: 'a', scope: 'Cluster' } } },
  ],
  [
    'binding',
    `${rbac}/v1`,
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'a' },
      subjects: [
        { kind: 'User', name: 'b' },
        { kind: 'ServiceAccount', name: 'c' },
      ],
    },
    {
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'a' },
      subjects: [
        { apiGroup: rbac, kind: 'User', name: 'b' },
        { kind: 'ServiceAccount', name: 'c' },
      ],
    },
  ],
  [
    'priority',
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 1 },
    { value: 1, preemptionPolicy: 'PreemptLowerPriority' },
  ],
  [
    'webhook',
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    { webhooks: [hook] },
    { webhooks: [filledHook] },
  ],
  [
    'changing webhook',
    'admissionregistration.k8s.io/v1',
    'MutatingWebhookConfiguration',
    { webhooks: [hook] },
    { webhooks: [{ ...filledHook, reinvocationPolicy: 'Never' }] },
  ],
  [
    'policy',
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints: { resourceRules: [{}] } } },
    {
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [{ scope: '*' }],
        },
      },
    },
  ],
  [
    'flow schema',
    'flowcontrol.apiserver.k8s.io/v1',
    'FlowSchema',
    { spec: {} },
    { spec: { matchingPrecedence: 1000 } },
  ],
  [
    'priority level',
    'flowcontrol.apiserver.k8s.io/v1',
    'PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
    {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    },
  ],
  [
    'device',
    'resource.k8s.io/v1',
    'ResourceClaim',
    { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'gpu' } }] } } },
    {
      spec: {
        devices: {
          requests: [
            { name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 } },
          ],
        },
      },
    },
  ],
];

for (const [name, apiVersion, kind, given, filled] of cases) {
  test(`defaults of a ${name}, and none twice`, () => {
    const head = { apiVersion, kind, metadata: { name: 'a' } };
    const once = applyDefaults({ ...head, ...given });
    assert.deepEqual(once, { ...head, ...filled });
    assert.deepEqual(applyDefaults(once), once);
  });
}

test('a namespace is labelled and finalized, but not again when it goes away', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } };
  assert.deepEqual(applyDefaults(namespace), {
    ...namespace,
    metadata: { name: 'shop', labels: { a: 'b', 'kubernetes.io/metadata.name': 'shop' } },
    spec: { finalizers: ['kubernetes'] },
  });
  const metadata = {
    name: 'shop',
    labels: { 'kubernetes.io/metadata.name': 'shop' },
    deletionTimestamp: '2026-01-01T00:00:00Z',
  };
  const going = { ...namespace, metadata, spec: { finalizers: [] } };
  assert.deepEqual(applyDefaults(going), going);
});

test('a signing request says who made it, whatever it says itself', () => {
  const request = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'a' },
    spec: { request: 'x', signerName: 'a.b/c', username: 'admin', groups: ['system:masters'] },
    status: { conditions: [{ type: 'Approved', status: 'True' }] },
  };
  assert.deepEqual(certificateRequestFor(request, { name: 'jane', uid: 'u', groups: ['dev'] }), {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'a' },
    spec: { request: 'x', signerName: 'a.b/c', username: 'jane', uid: 'u', groups: ['dev'] },
  });
});
