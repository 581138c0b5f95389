import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyConfiguration } from './apply.ts';
import { ApplyScenario } from './apply-scenario.ts';

const identity = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };
const spec = {
  replicas: 3,
  selector: { matchLabels: { app: 'web' } },
  template: { spec: { containers: [{ name: 'web', image: 'nginx:1', ports: [{ containerPort: 80 }] }] } },
};
const deployment = { ...identity, spec };

test('an applied configuration is owned leaf by leaf, atomic values as a whole, items by their keys with defaults', () => {
  const scenario = new ApplyScenario();
  assert.equal(scenario.apply(deployment, { manager: 'git' }).ok, true);
  assert.deepEqual(scenario.object, deployment);
  assert.deepEqual(scenario.owners, {
    'git/Apply': {
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:template': {
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    },
  });
  assert.deepEqual(scenario.live?.metadata.managedFields?.[0], {
    manager: 'git',
    operation: 'Apply',
    apiVersion: 'apps/v1',
    time: '2026-01-01T00:01:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: scenario.owners['git/Apply'],
  });
});

test('identity and what the server sets are nobody’s', () => {
  const scenario = new ApplyScenario();
  scenario.apply(
    {
      ...identity,
      metadata: { ...identity.metadata, labels: { a: 'b' }, uid: 'u', creationTimestamp: null },
    },
    { manager: 'git' },
  );
  assert.deepEqual(scenario.owners, { 'git/Apply': { 'f:metadata': { 'f:labels': { 'f:a': {} } } } });
});

test('applying twice changes nothing, not even a time', () => {
  const scenario = new ApplyScenario();
  scenario.apply(deployment, { manager: 'git' });
  const before = scenario.live;
  const result = scenario.apply(structuredClone(deployment), { manager: 'git' });
  assert.equal(result.ok && result.changed, false);
  assert.equal(scenario.live, before);
});

test('what another manager has with another value is a conflict', () => {
  const scenario = new ApplyScenario();
  scenario.apply(deployment, { manager: 'git' });
  scenario.update({ ...scenario.live, spec: { ...spec, replicas: 5 } }, { manager: 'kubectl' });
  const result = scenario.apply(deployment, { manager: 'git' });
  assert.deepEqual(result, {
    ok: false,
    reason: 'conflict',
    message: 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
    conflicts: [
      {
        field: '.spec.replicas',
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'apps/v1',
        subresource: '',
        message: 'conflict with "kubectl" using apps/v1',
      },
    ],
  });
});

test('several conflicts are listed by manager', () => {
  const scenario = new ApplyScenario();
  const image = (text: string): object => ({
    template: { spec: { containers: [{ name: 'web', image: text }] } },
  });
  scenario.apply({ ...identity, spec: { replicas: 1, ...image('nginx:1') } }, { manager: 'b' });
  scenario.update(
    { ...scenario.live, spec: { replicas: 2, ...image('nginx:1') } },
    { manager: 'scaler', subresource: 'scale' },
  );
  const result = scenario.apply(
    { ...identity, spec: { replicas: 3, ...image('nginx:2') } },
    { manager: 'a' },
  );
  assert.equal(
    result.ok || result.message,
    [
      'Apply failed with 2 conflicts: conflicts with "b":',
      '- .spec.template.spec.containers[name="web"].image',
      'conflicts with "scaler" with subresource "scale" using apps/v1:',
      '- .spec.replicas',
    ].join('\n'),
  );
});

test('forced, the field and its ownership are taken', () => {
  const scenario = new ApplyScenario();
  scenario.apply(deployment, { manager: 'git' });
  scenario.update({ ...scenario.live, spec: { ...spec, replicas: 5 } }, { manager: 'kubectl' });
  scenario.apply(deployment, { manager: 'git', force: true });
  assert.deepEqual(scenario.object, deployment);
  assert.deepEqual(Object.keys(scenario.owners), ['git/Apply']);
  assert.deepEqual(scenario.times, { 'git/Apply': 3 });
});

test('appliers of the same value share the field, and it stays until the last one leaves it', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...identity, spec: { replicas: 3 } }, { manager: 'a' });
  scenario.apply({ ...identity, spec: { replicas: 3 } }, { manager: 'b' });
  const owned = { 'f:spec': { 'f:replicas': {} } };
  assert.deepEqual(scenario.owners, { 'a/Apply': owned, 'b/Apply': owned });
  assert.deepEqual(scenario.times, { 'a/Apply': 1, 'b/Apply': 2 });
  scenario.apply(identity, { manager: 'a' });
  assert.deepEqual(scenario.object, { ...identity, spec: { replicas: 3 } });
  assert.deepEqual(scenario.owners, { 'b/Apply': owned });
  scenario.apply(identity, { manager: 'b' });
  assert.deepEqual(scenario.object, identity);
  assert.deepEqual(scenario.owners, {});
});

test('a shared field cannot be changed by one of its appliers alone', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...identity, spec: { replicas: 3 } }, { manager: 'a' });
  scenario.apply({ ...identity, spec: { replicas: 3 } }, { manager: 'b' });
  const result = scenario.apply({ ...identity, spec: { replicas: 4 } }, { manager: 'a' });
  assert.equal(
    result.ok || result.message,
    'Apply failed with 1 conflict: conflict with "b": .spec.replicas',
  );
});

test('an object that was never tracked belongs to before-first-apply', () => {
  const scenario = new ApplyScenario();
  scenario.live = { ...deployment };
  const result = scenario.apply({ ...identity, spec: { replicas: 4 } }, { manager: 'git' });
  assert.equal(
    result.ok || result.message,
    'Apply failed with 1 conflict: conflict with "before-first-apply" using apps/v1: .spec.replicas',
  );
  scenario.apply({ ...identity, spec: { replicas: 3 } }, { manager: 'git' });
  assert.deepEqual(Object.keys(scenario.owners), ['git/Apply', 'before-first-apply/Update']);
});

test('the status is its subresource’s: it is not applied with the object, nor the spec with the status', () => {
  const scenario = new ApplyScenario();
  const status = { observedGeneration: 1 };
  scenario.apply({ ...deployment, status }, { manager: 'git' });
  assert.deepEqual(scenario.object, deployment);
  scenario.apply(
    { ...identity, spec: { replicas: 9 }, status },
    { manager: 'controller', subresource: 'status' },
  );
  assert.deepEqual(scenario.object, { ...deployment, status });
  assert.deepEqual(scenario.owners['controller/Apply/status'], {
    'f:status': { 'f:observedGeneration': {} },
  });
});

test('a configuration whose fields cannot be told is invalid', () => {
  const apply = (config: object): string => {
    const result = applyConfiguration({
      config: config as typeof identity,
      manager: 'git',
      force: false,
      now: '',
    });
    return result.ok ? 'ok' : `${result.reason}: ${result.message}`;
  };
  const about = 'invalid: failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): ';
  const containers = (...list: unknown[]): object => ({
    ...identity,
    spec: { template: { spec: { containers: list } } },
  });
  assert.equal(
    apply({ ...identity, spec: { replica: 1 } }),
    `${about}.spec.replica: field not declared in schema`,
  );
  assert.equal(
    apply(containers({ name: 'web' }, { name: 'web' }, 'x')),
    `${about}errors:\n  .spec.template.spec.containers: duplicate entries for key [name="web"]\n` +
      '  .spec.template.spec.containers: element 2: associative list with keys may not have non-map elements',
  );
  assert.equal(
    apply({ ...identity, spec: { template: { spec: { containers: {} } } } }),
    `${about}.spec.template.spec.containers: expected list, got map`,
  );
  assert.equal(
    apply({ ...identity, metadata: { ...identity.metadata, managedFields: [] } }),
    'invalid: metadata.managedFields must be nil',
  );
});

test('managed fields that cannot be read stop an apply', () => {
  const entry = {
    manager: 'x',
    operation: 'Patch',
    apiVersion: 'apps/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: {},
  };
  const live = { ...identity, metadata: { ...identity.metadata, managedFields: [entry] } };
  const result = applyConfiguration({ live, config: identity, manager: 'git', force: false, now: '' });
  assert.equal(
    result.ok || result.message,
    'failed to decode managed fields: operation must be `Apply` or `Update`',
  );
});

test('inputs are never changed', () => {
  const scenario = new ApplyScenario();
  scenario.apply(deployment, { manager: 'git' });
  const live = scenario.live;
  const before = JSON.stringify([live, deployment]);
  scenario.apply({ ...identity, spec: { replicas: 4 } }, { manager: 'git' });
  assert.equal(JSON.stringify([live, deployment]), before);
});
