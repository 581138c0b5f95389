import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepNames, SyncScenario } from './sync-scenario.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { ports: [{ port: 80 }] },
};

function config(name: string, annotations?: Readonly<Record<string, string>>): object {
  const metadata = { name, namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } };
}

test('what left the repository is pruned, in the reverse order and after everything else', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, config('a'), config('b'), service]);
  assert.deepEqual(stepNames(scenario.plan([namespace, config('new')])), [
    'create ConfigMap shop/new',
    'prune Service shop/web',
    'prune ConfigMap shop/b',
    'prune ConfigMap shop/a',
  ]);
  const plan = scenario.sync([]);
  assert.deepEqual(stepNames(plan), [
    'prune Service shop/web',
    'prune ConfigMap shop/b',
    'prune ConfigMap shop/a',
    'prune Namespace shop',
  ]);
  assert.deepEqual(plan.steps[0]?.change, {
    type: 'delete',
    ref: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
    uid: 'uid-4',
    propagation: 'Background',
  });
  assert.deepEqual(scenario.plan([]).steps, []);
});

test('only what the application owns is pruned, and only where it prunes', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, config('mine')]);
  scenario.sync([config('theirs')], { application: 'other' });
  scenario.write(config('by-hand'));
  assert.deepEqual(scenario.plan([namespace], { prune: false }).steps, []);
  assert.deepEqual(stepNames(scenario.plan([namespace])), ['prune ConfigMap shop/mine']);
});

test('an annotation keeps an object, and the plan says so', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, config('kept', { 'berth.dev/prune': 'disabled' }), config('gone')]);
  const plan = scenario.sync([namespace]);
  assert.deepEqual(stepNames(plan), ['prune ConfigMap shop/gone']);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'kept' };
  assert.deepEqual(plan.kept, [{ ref, reason: 'annotated berth.dev/prune: disabled' }]);
});

test('a namespace that holds what others own is kept, until it does no more', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, config('mine')]);
  for (const name of ['a', 'b', 'c', 'd']) scenario.write(config(name));
  const plan = scenario.sync([]);
  assert.deepEqual(stepNames(plan), ['prune ConfigMap shop/mine']);
  assert.deepEqual(
    plan.kept.map(({ reason }) => reason),
    ['it holds what this application does not own: ConfigMap a, ConfigMap b, ConfigMap c, 1 more'],
  );
  for (const name of ['a', 'b', 'c', 'd']) {
    scenario.commit([
      { type: 'delete', ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name }, uid: '' },
    ]);
  }
  scenario.write({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
  });
  assert.deepEqual(stepNames(scenario.plan([])), ['prune Namespace shop']);
});

test('an application that is in its own repository does not prune itself', () => {
  const scenario = new SyncScenario();
  const application = {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop' },
    spec: { repository: '/srv/shop.git' },
  };
  scenario.sync([application]);
  const plan = scenario.plan([]);
  assert.deepEqual(plan.steps, []);
  assert.deepEqual(
    plan.kept.map(({ reason }) => reason),
    ['an application does not delete itself'],
  );
});
