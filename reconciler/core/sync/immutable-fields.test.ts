import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import { diffFields } from './field-diff.ts';
import { immutableFields } from './immutable-fields.ts';

/** apiVersion, kind, the body before, the body after, and the fields that must not change. */
type Case = readonly [
  apiVersion: string,
  kind: string,
  before: object,
  after: object,
  fields: readonly string[],
];

const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const container = { name: 'web', image: 'nginx:1' };

const cases: readonly Case[] = [
  ['apps/v1', 'Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, []],
  [
    'apps/v1',
    'Deployment',
    { spec: { selector: { matchLabels: { a: '1' } } } },
    { spec: { selector: { matchLabels: { a: '2' } } } },
    ['spec.selector'],
  ],
  [
    'apps/v1',
    'StatefulSet',
    { spec: { serviceName: 'a', replicas: 1 } },
    { spec: { serviceName: 'b', replicas: 2 } },
    ['spec.serviceName'],
  ],
  [
    'apps/v1',
    'StatefulSet',
    { spec: { template: { metadata: {} } } },
    { spec: { template: { metadata: { labels: { a: 'b' } } } } },
    [],
  ],
  [
    'batch/v1',
    'Job',
    { spec: { template: { spec: { restartPolicy: 'Never' } } } },
    { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
    ['spec.template.spec.restartPolicy'],
  ],
  ['batch/v1', 'Job', { spec: { parallelism: 1 } }, { spec: { parallelism: 2, suspend: true } }, []],
  [
    'v1',
    'Service',
    { spec: { clusterIP: '10.43.0.5' } },
    { spec: { clusterIP: '10.43.0.6' } },
    ['spec.clusterIP'],
  ],
  ['v1', 'Service', { spec: { clusterIP: '10.43.0.5' } }, { spec: {} }, []],
  [
    'v1',
    'Service',
    { spec: { type: 'ExternalName', clusterIP: '' } },
    { spec: { type: 'ClusterIP', clusterIP: '10.43.0.6' } },
    [],
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    { spec: claim },
    { spec: { ...claim, resources: { requests: { storage: '2Gi' } } } },
    [],
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    { spec: claim },
    { spec: { ...claim, accessModes: ['ReadWriteMany'] } },
    ['spec.accessModes'],
  ],
  [
    'v1',
    'Pod',
    { spec: { containers: [container] } },
    { spec: { containers: [{ ...container, image: 'nginx:2' }] } },
    [],
  ],
  [
    'v1',
    'Pod',
    { spec: { containers: [container] } },
    { spec: { containers: [{ ...container, args: ['-v'] }] } },
    ['spec.containers[name="web"].args'],
  ],
  ['v1', 'ConfigMap', { data: { a: '1' } }, { data: { a: '2' } }, []],
  [
    'v1',
    'ConfigMap',
    { data: { a: '1' }, immutable: true },
    { data: { a: '2' }, immutable: true },
    ['data.a'],
  ],
  ['v1', 'Secret', { type: 'Opaque' }, { type: 'kubernetes.io/tls' }, ['type']],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    { roleRef: { name: 'a' } },
    { roleRef: { name: 'b' } },
    ['roleRef'],
  ],
];

for (const [apiVersion, kind, before, after, fields] of cases) {
  test(`${kind}: ${JSON.stringify(before)} to ${JSON.stringify(after)} touches ${fields.join(', ') || 'nothing that cannot change'}`, () => {
    const live = { apiVersion, kind, metadata: { name: 'x' }, ...before } as KubeObject;
    const next = { apiVersion, kind, metadata: { name: 'x' }, ...after } as KubeObject;
    assert.deepEqual(immutableFields(live, diffFields(live, next)), fields);
  });
}
