import assert from 'node:assert/strict';
import { test } from 'node:test';
import crontabs from '../../../fixtures/custom/crontabs.json' with { type: 'json' };
import gateways from '../../../fixtures/custom/gateways.json' with { type: 'json' };
import { refOf } from '../model/object.ts';
import { customScale, withCustomScale } from './scale.ts';
import { type Custom, CustomScenario } from './testing/custom-scenario.ts';
import { asServed, toVersion } from './versions.ts';

function crontab(fields: object = {}): object {
  return {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { cronSpec: '* * * * */5' },
    ...fields,
  };
}

function established(...definitions: readonly object[]): CustomScenario {
  const cluster = new CustomScenario();
  for (const definition of definitions) cluster.create(definition);
  return cluster;
}

test('a new object is pruned, defaulted, counted, and has no status yet', () => {
  const cluster = established(crontabs);
  const made = cluster.create(
    crontab({ spec: { cronSpec: '1 2 3 4 5', unknown: 1 }, status: { replicas: 3 } }),
  );
  assert.deepEqual(made.spec, { cronSpec: '1 2 3 4 5', replicas: 1, policy: 'Allow' });
  assert.equal(made.status, undefined);
  assert.equal(made.metadata.generation, 1);
});

test('an object that its schema refuses is answered with 422 and the causes', () => {
  const cluster = established(crontabs);
  const object = crontab({ spec: { cronSpec: 'never', replicas: 0 } }) as Custom;
  const { code, message, causes } = cluster.refusal({ type: 'create', object });
  assert.equal(code, 422);
  assert.match(
    message,
    /^CronTab\.stable\.example\.com "nightly" is invalid: \[spec\.cronSpec: Invalid value/,
  );
  assert.deepEqual(
    causes?.map(({ reason, field }) => [reason, field]),
    [
      ['FieldValueInvalid', 'spec.cronSpec'],
      ['FieldValueInvalid', 'spec.replicas'],
    ],
  );
});

test('spec and status are written apart, and the generation counts the spec', () => {
  const cluster = established(crontabs);
  const made = cluster.create(crontab());
  const status = cluster.update(
    { ...made, spec: { cronSpec: '9 9 9 9 9' }, status: { replicas: 2 } },
    'status',
  );
  assert.deepEqual([status.spec?.['cronSpec'], status.status], ['* * * * */5', { replicas: 2 }]);
  const spec = cluster.update({ ...status, spec: { cronSpec: '9 9 9 9 9' }, status: {} });
  assert.deepEqual([spec.spec?.['cronSpec'], spec.status], ['9 9 9 9 9', { replicas: 2 }]);
  assert.deepEqual([status.metadata.generation, spec.metadata.generation], [1, 2]);
});

test('without the subresource the status is an ordinary field', () => {
  const cluster = established(gateways);
  const status = { open: true };
  const made = cluster.create({
    apiVersion: 'net.example.com/v1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    status,
  });
  assert.equal(made.status, undefined, 'the schema does not name it');
  const open = structuredClone(gateways);
  for (const { schema } of open.spec.versions)
    Object.assign(schema.openAPIV3Schema.properties, {
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    });
  const other = established(open);
  const kept = other.create({
    apiVersion: 'net.example.com/v1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    status,
  });
  assert.deepEqual(kept.status, status);
});

test('an object is stored in the storage version, and served in all', () => {
  const cluster = established(gateways);
  const made = cluster.create({
    apiVersion: 'net.example.com/v1beta1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    spec: { gatewayClassName: 'x', infrastructure: { annotations: { a: 'b' } } },
  });
  assert.equal(made.apiVersion, 'net.example.com/v1');
  assert.deepEqual(made.spec, { gatewayClassName: 'x' }, 'v1beta1 has no infrastructure');
  const beta = cluster.view.kinds.byGvk('net.example.com/v1beta1', 'Gateway');
  assert.ok(beta !== undefined);
  const served = asServed(made, beta, cluster.view);
  assert.equal(served.apiVersion, 'net.example.com/v1beta1');
  assert.equal(asServed(made, beta, cluster.view), served);
  const same = cluster.update(toVersion(made, 'net.example.com/v1beta1'));
  assert.equal(same.metadata.resourceVersion, made.metadata.resourceVersion, 'nothing has changed');
});

test('another storage version moves an object with its next write, even where nothing else changes', () => {
  const cluster = established(gateways);
  const made = cluster.create({ apiVersion: 'net.example.com/v1', kind: 'Gateway', metadata: { name: 'g' } });
  const definition = cluster.definition('gateways.net.example.com');
  assert.ok(definition !== undefined);
  const versions = definition.spec.versions.map((version) => ({
    ...version,
    storage: version.name === 'v1beta1',
    served: version.name === 'v1beta1',
  }));
  cluster.update({ ...definition, spec: { ...definition.spec, versions } });
  assert.deepEqual(cluster.definition('gateways.net.example.com')?.status?.storedVersions, ['v1', 'v1beta1']);
  const moved = cluster.update(made);
  assert.equal(moved.apiVersion, 'net.example.com/v1beta1');
});

test('a default that came later is served with what was stored before', () => {
  const cluster = established(gateways);
  const made = cluster.create({
    apiVersion: 'net.example.com/v1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    spec: { gatewayClassName: 'x' },
  });
  const definition = structuredClone(
    cluster.definition('gateways.net.example.com'),
  ) as unknown as typeof gateways;
  for (const { schema } of definition.spec.versions)
    Object.assign(schema.openAPIV3Schema.properties.spec.properties, {
      tier: { type: 'string', default: 'gold' },
    });
  cluster.update(definition);
  const info = cluster.view.kinds.byGvk('net.example.com/v1', 'Gateway');
  assert.ok(info !== undefined);
  const served = asServed(made, info, cluster.view) as Custom;
  assert.deepEqual(served.spec, { gatewayClassName: 'x', tier: 'gold' });
});

test('a schema that became stricter lets alone what an update does not touch', () => {
  const cluster = established(crontabs);
  cluster.create(crontab({ spec: { cronSpec: '* * * * *', replicas: 9 } }));
  const definition = structuredClone(
    cluster.definition('crontabs.stable.example.com'),
  ) as unknown as typeof crontabs;
  for (const { schema } of definition.spec.versions)
    schema.openAPIV3Schema.properties.spec.properties.replicas.maximum = 5;
  cluster.update(definition);
  const stored = cluster.view.get<Custom>('stable.example.com/v1', 'CronTab', 'shop', 'nightly');
  assert.ok(stored !== undefined);
  const changed = cluster.update({ ...stored, spec: { ...stored.spec, image: 'nginx' } });
  assert.equal(changed.spec?.['replicas'], 9);
  const object = { ...changed, spec: { ...changed.spec, replicas: 8 } };
  assert.equal(cluster.refusal({ type: 'update', scope: 'spec', object }).code, 422);
});

test('scale reads and writes the fields that the definition names', () => {
  const cluster = established(crontabs);
  const made = cluster.create(crontab({ spec: { cronSpec: '* * * * *', replicas: 3 } }));
  const info = cluster.view.kinds.byGvk('stable.example.com/v1', 'CronTab');
  assert.ok(info !== undefined);
  assert.deepEqual(
    info.subresources.map(({ name }) => name),
    ['scale', 'status'],
  );
  const status = cluster.update({ ...made, status: { replicas: 2, labelSelector: 'app=x' } }, 'status');
  assert.deepEqual(customScale(status, info, cluster.view), {
    specReplicas: 3,
    statusReplicas: 2,
    selector: 'app=x',
  });
  const scaled = cluster.update(withCustomScale(status, 5, info, cluster.view));
  assert.deepEqual([scaled.spec?.['replicas'], scaled.metadata.generation], [5, 2]);
});

test('objects go when they are deleted, and finalizers hold them', () => {
  const cluster = established(crontabs);
  const held = cluster.create(
    crontab({ metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/wait'] } }),
  );
  const free = cluster.create(crontab());
  cluster.delete(free);
  cluster.delete(held);
  const left = cluster.view.list<Custom>('stable.example.com/v1', 'CronTab');
  assert.deepEqual(
    left.map((one) => [refOf(one).name, one.metadata.deletionTimestamp]),
    [['held', '2026-11-26T09:00:00Z']],
  );
});
