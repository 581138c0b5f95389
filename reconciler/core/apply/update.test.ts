import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import { ApplyScenario } from './apply-scenario.ts';
import { updateManagedFields } from './update.ts';

const identity = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };

test('a creator owns what it writes, containers included where the empty object has none', () => {
  const scenario = new ApplyScenario();
  const labels = { app: 'web' };
  const container = {
    name: 'web',
    image: 'nginx',
    ports: [{ containerPort: 80, protocol: 'TCP' }],
    resources: {},
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
  scenario.update(
    {
      ...identity,
      metadata: { ...identity.metadata, labels },
      spec: { replicas: 1, strategy, selector: { matchLabels: labels }, template },
    },
    { manager: 'kubectl-create' },
  );
  // As kube-apiserver writes it for such a Deployment.
  assert.deepEqual(scenario.owners['kubectl-create/Update'], {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"web"}': {
              '.': {},
              'f:image': {},
              'f:name': {},
              'f:ports': {
                '.': {},
                'k:{"containerPort":80,"protocol":"TCP"}': {
                  '.': {},
                  'f:containerPort': {},
                  'f:protocol': {},
                },
              },
              'f:resources': {},
            },
          },
        },
      },
    },
  });
});

test('a change takes the field from its applier, a removal frees it', () => {
  const scenario = new ApplyScenario();
  scenario.apply(
    { ...identity, spec: { replicas: 1, paused: true, minReadySeconds: 5 } },
    { manager: 'git' },
  );
  scenario.update({ ...scenario.live, spec: { replicas: 2, paused: true } }, { manager: 'kubectl' });
  assert.deepEqual(scenario.owners, {
    'git/Apply': { 'f:spec': { 'f:paused': {} } },
    'kubectl/Update': { 'f:spec': { 'f:replicas': {} } },
  });
  assert.deepEqual(scenario.times, { 'git/Apply': 1, 'kubectl/Update': 2 });
});

test('a manager’s writes join in one entry, with the time of the last that changed something', () => {
  const scenario = new ApplyScenario();
  scenario.update({ ...identity, spec: { replicas: 1 } }, { manager: 'kubectl' });
  scenario.update({ ...identity, spec: { replicas: 1, paused: true } }, { manager: 'kubectl' });
  scenario.update({ ...identity, spec: { replicas: 1, paused: true } }, { manager: 'kubectl' });
  assert.deepEqual(scenario.owners, { 'kubectl/Update': { 'f:spec': { 'f:paused': {}, 'f:replicas': {} } } });
  assert.deepEqual(scenario.times, { 'kubectl/Update': 2 });
});

test('a manager is told apart by operation, version and subresource', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...identity, spec: { paused: true } }, { manager: 'm' });
  scenario.update({ ...scenario.live, spec: { paused: true, replicas: 1 } }, { manager: 'm' });
  scenario.update(
    { ...scenario.live, spec: { paused: true, replicas: 2 } },
    { manager: 'm', subresource: 'scale' },
  );
  assert.deepEqual(scenario.owners, {
    'm/Apply': { 'f:spec': { 'f:paused': {} } },
    'm/Update/scale': { 'f:spec': { 'f:replicas': {} } },
  });
});

test('entries are sorted by operation, time and name', () => {
  const scenario = new ApplyScenario();
  scenario.update({ ...identity, spec: { replicas: 1 } }, { manager: 'z' });
  scenario.update({ ...scenario.live, spec: { replicas: 1, paused: true } }, { manager: 'a' });
  scenario.apply({ ...identity, spec: { minReadySeconds: 1 } }, { manager: 'm' });
  assert.deepEqual(Object.keys(scenario.owners), ['m/Apply', 'z/Update', 'a/Update']);
});

test('the status counts only where it is written through its subresource', () => {
  const scenario = new ApplyScenario();
  const status = { replicas: 1 };
  scenario.update({ ...identity, spec: { replicas: 1 }, status }, { manager: 'kubectl' });
  scenario.update(
    { ...scenario.live, spec: { replicas: 7 }, status: { replicas: 2 } },
    { manager: 'controller', subresource: 'status' },
  );
  assert.deepEqual(scenario.owners, {
    'kubectl/Update': { 'f:spec': { 'f:replicas': {} } },
    'controller/Update/status': { 'f:status': { 'f:replicas': {} } },
  });
});

test('an object that is not tracked stays so; an empty list or entry forgets all owners', () => {
  const request = { manager: 'kubectl', operation: 'Update', now: '2026-01-01T00:00:00Z' } as const;
  const changed = { ...identity, spec: { replicas: 2 } };
  assert.deepEqual(updateManagedFields({ ...request, before: identity, after: changed }), []);
  const tracked = new ApplyScenario();
  tracked.apply(changed, { manager: 'git' });
  for (const managedFields of [[], [{}]]) {
    const after = { ...identity, metadata: { ...identity.metadata, managedFields } };
    assert.deepEqual(updateManagedFields({ ...request, before: tracked.live ?? identity, after }), []);
  }
});

test('owners that a write leaves out or garbles are those that are stored', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...identity, spec: { replicas: 1 } }, { manager: 'git' });
  const before: KubeObject = scenario.live ?? identity;
  const garbled = [{ manager: 'x', operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV2' }];
  const after = {
    ...identity,
    metadata: { ...identity.metadata, managedFields: garbled },
    spec: { replicas: 1 },
  };
  const request = { before, manager: 'kubectl', operation: 'Update', now: '' } as const;
  assert.deepEqual(updateManagedFields({ ...request, after }), before.metadata.managedFields);
  assert.deepEqual(
    updateManagedFields({ ...request, after: { ...identity, spec: { replicas: 1 } } as typeof identity }),
    before.metadata.managedFields,
  );
});

test('more than ten updaters are joined into ancient-changes, the oldest first', () => {
  const scenario = new ApplyScenario();
  const labels: Record<string, string> = {};
  for (let index = 10; index < 23; index++) {
    labels[`l${index}`] = 'x';
    const metadata = { ...(scenario.live ?? identity).metadata, labels: { ...labels } };
    scenario.update({ ...identity, metadata }, { manager: `m${index}` });
  }
  assert.deepEqual(Object.keys(scenario.owners), [
    'ancient-changes/Update',
    ...[14, 15, 16, 17, 18, 19, 20, 21, 22].map((index) => `m${index}/Update`),
  ]);
  assert.deepEqual(scenario.owners['ancient-changes/Update'], {
    'f:metadata': { 'f:labels': { '.': {}, 'f:l10': {}, 'f:l11': {}, 'f:l12': {}, 'f:l13': {} } },
  });
  assert.equal(scenario.times['ancient-changes/Update'], 4);
});

test('a manager of a version that the kind no longer has is forgotten', () => {
  const entry = {
    manager: 'old',
    operation: 'Update',
    apiVersion: 'apps/v1beta1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:paused': {} } },
  };
  const before = { ...identity, metadata: { ...identity.metadata, managedFields: [entry] } };
  const after = { ...before, spec: { replicas: 1 } };
  const managers = updateManagedFields({
    before,
    after,
    manager: 'kubectl',
    operation: 'Update',
    now: '',
  }).map(({ manager }) => manager);
  assert.deepEqual(managers, ['kubectl']);
});

test('the unnamed writer is called unknown', () => {
  const after = { ...identity, spec: { replicas: 1 } };
  const [entry] = updateManagedFields({
    after,
    manager: '',
    operation: 'Update',
    now: '2026-01-01T00:00:00Z',
  });
  assert.equal(entry?.manager, 'unknown');
});
