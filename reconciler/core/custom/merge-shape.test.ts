import assert from 'node:assert/strict';
import { test } from 'node:test';
import gateways from '../../../fixtures/custom/gateways.json' with { type: 'json' };
import crontabs from '../../../fixtures/custom/crontabs.json' with { type: 'json' };
import { applyConfiguration } from '../apply/apply.ts';
import { updateManagedFields } from '../apply/update.ts';
import type { KubeObject } from '../model/object.ts';
import { customMergeOf } from './merge-shape.ts';
import { type Custom, CustomScenario } from './testing/custom-scenario.ts';

const now = '2026-11-26T09:00:00Z';

function gateway(spec: object): KubeObject {
  return {
    apiVersion: 'net.example.com/v1',
    kind: 'Gateway',
    metadata: { name: 'g' },
    spec,
  } as KubeObject;
}

function mergeOf(apiVersion: string, kind: string): NonNullable<ReturnType<typeof customMergeOf>> {
  const cluster = new CustomScenario();
  cluster.create(gateways);
  cluster.create(crontabs);
  const info = cluster.view.kinds.byGvk(apiVersion, kind);
  assert.ok(info !== undefined);
  const custom = customMergeOf(info, cluster.view);
  assert.ok(custom !== undefined);
  return custom;
}

function apply(live: KubeObject | undefined, config: KubeObject, manager: string): Custom {
  const custom = mergeOf(config.apiVersion, config.kind);
  const result = applyConfiguration({
    ...(live === undefined ? {} : { live }),
    config,
    manager,
    force: false,
    now,
    custom,
  });
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.object;
}

test('items of a list map have owners of their own, by their keys', () => {
  const one = apply(undefined, gateway({ listeners: [{ name: 'web', port: 80 }] }), 'one');
  const both = apply(one, gateway({ listeners: [{ name: 'tls', protocol: 'TLS', port: 443 }] }), 'two');
  assert.deepEqual(both.spec?.['listeners'], [
    { name: 'web', port: 80 },
    { name: 'tls', protocol: 'TLS', port: 443 },
  ]);
  assert.deepEqual(
    both.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [
      ['one', owned('{"name":"web","protocol":"HTTP"}', { 'f:name': {}, 'f:port': {} })],
      ['two', owned('{"name":"tls","protocol":"TLS"}', { 'f:name': {}, 'f:port': {}, 'f:protocol': {} })],
    ],
  );
  const alone = apply(both, gateway({ listeners: [] }), 'two');
  assert.deepEqual(alone.spec?.['listeners'], [{ name: 'web', port: 80 }]);
});

function owned(key: string, fields: object): object {
  return { 'f:spec': { 'f:listeners': { [`k:${key}`]: { '.': {}, ...fields } } } };
}

test('lists without a type, and maps that are atomic, are owned whole', () => {
  const spec = {
    addresses: [{ value: 'a' }],
    listeners: [{ name: 'w', port: 1, allowedRoutes: { from: 'All' } }],
  };
  const [entry] = apply(undefined, gateway(spec), 'one').metadata.managedFields ?? [];
  assert.deepEqual(entry?.fieldsV1, {
    'f:spec': {
      'f:addresses': {},
      'f:listeners': {
        'k:{"name":"w","protocol":"HTTP"}': { '.': {}, 'f:allowedRoutes': {}, 'f:name': {}, 'f:port': {} },
      },
    },
  });
});

test('the status belongs to its subresource, and sets to their items', () => {
  const custom = mergeOf('stable.example.com/v1', 'CronTab');
  const after = {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'x', namespace: 'shop' },
    spec: { cronSpec: '* * * * *', tags: ['a'], port: 80 },
    status: { replicas: 1 },
  } as KubeObject;
  const [entry] = updateManagedFields({ after, manager: 'kubectl', operation: 'Update', now, custom });
  assert.deepEqual(entry?.fieldsV1, {
    'f:spec': { '.': {}, 'f:cronSpec': {}, 'f:port': {}, 'f:tags': { '.': {}, 'v:"a"': {} } },
  });
});
