import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { updateProblems } from './updates.ts';

const metadata = { name: 'web', namespace: 'shop' };

function objectOf(apiVersion: string, kind: string, fields: object): KubeObject {
  return { apiVersion, kind, metadata, ...fields };
}

function causes(before: KubeObject, after: KubeObject, subresource = ''): readonly string[] {
  return updateProblems(after, before, subresource).map(({ path, problem }) => `${path}: ${problem}`);
}

const selector = { matchLabels: { app: 'web' } };
const other = { matchLabels: { app: 'shop' } };

for (const kind of ['Deployment', 'ReplicaSet', 'DaemonSet']) {
  test(`the selector of a ${kind} stays`, () => {
    const make = (spec: object): KubeObject => objectOf('apps/v1', kind, { spec: { selector, ...spec } });
    assert.deepEqual(causes(make({}), make({ replicas: 2, template: {} })), []);
    assert.deepEqual(causes(make({}), make({ selector: other })), [
      'spec.selector: Invalid value: {"matchLabels":{"app":"shop"}}: field is immutable',
    ]);
    assert.deepEqual(causes(make({}), make({ selector: undefined })), [
      'spec.selector: Invalid value: null: field is immutable',
    ]);
  });
}

test('a stateful set keeps what its pods are bound to', () => {
  const make = (spec: object): KubeObject =>
    objectOf('apps/v1', 'StatefulSet', { spec: { selector, serviceName: 'web', replicas: 1, ...spec } });
  const rule =
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  const free = {
    replicas: 2,
    ordinals: { start: 1 },
    template: {},
    updateStrategy: {},
    revisionHistoryLimit: 1,
    persistentVolumeClaimRetentionPolicy: {},
    minReadySeconds: 1,
  };
  assert.deepEqual(causes(make({}), make(free)), []);
  for (const change of [
    { serviceName: 'db' },
    { selector: other },
    { podManagementPolicy: 'Parallel' },
    { volumeClaimTemplates: [{}] },
  ])
    assert.deepEqual(causes(make({}), make(change)), [rule]);
});

test('a recorded revision stays', () => {
  const make = (data: object, revision = 1): KubeObject =>
    objectOf('apps/v1', 'ControllerRevision', { data, revision });
  assert.deepEqual(causes(make({ a: 1 }), make({ a: 1 }, 2)), []);
  assert.deepEqual(causes(make({ a: 1 }), make({ a: 2 })), [
    'data: Invalid value: {"a":2}: field is immutable',
  ]);
});

for (const [apiVersion, kind, status, ...expected] of [
  ['apps/v1', 'Deployment', { replicas: 1, readyReplicas: 1, availableReplicas: 1 }],
  [
    'apps/v1',
    'Deployment',
    { replicas: 1, readyReplicas: 2 },
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ],
  [
    'apps/v1',
    'Deployment',
    { replicas: 2, availableReplicas: 1 },
    'status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas',
  ],
  [
    'apps/v1',
    'Deployment',
    { unavailableReplicas: -1 },
    'status.unavailableReplicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'apps/v1',
    'ReplicaSet',
    { replicas: 1, fullyLabeledReplicas: 2 },
    'status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ],
  [
    'apps/v1',
    'StatefulSet',
    { replicas: 1, currentReplicas: 2 },
    'status.currentReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ],
  [
    'apps/v1',
    'DaemonSet',
    { numberReady: -1 },
    'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'policy/v1',
    'PodDisruptionBudget',
    { disruptionsAllowed: -1 },
    'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { currentReplicas: -1 },
    'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
  ],
] as const) {
  test(`status of a ${kind}: ${JSON.stringify(status)}`, () => {
    assert.deepEqual(
      causes(objectOf(apiVersion, kind, {}), objectOf(apiVersion, kind, { status }), 'status'),
      expected,
    );
  });
}

test('collisions are never forgotten', () => {
  const make = (collisionCount?: number): KubeObject =>
    objectOf('apps/v1', 'Deployment', { status: { collisionCount } });
  assert.deepEqual(causes(make(2), make(1), 'status'), [
    'status.collisionCount: Invalid value: 1: cannot be decremented',
  ]);
  assert.deepEqual(causes(make(2), make(), 'status'), [
    'status.collisionCount: Invalid value: 0: cannot be decremented',
  ]);
});
