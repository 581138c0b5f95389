import assert from 'node:assert/strict';
import { test } from 'node:test';
import crontabs from '../../../fixtures/custom/crontabs.json' with { type: 'json' };
import gateways from '../../../fixtures/custom/gateways.json' with { type: 'json' };
import { customResourceController } from '../controllers/custom-resources/controller.ts';
import { stepNames, SyncScenario } from './sync-scenario.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const crontab = {
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name: 'nightly', namespace: 'shop' },
  spec: { cronSpec: '* * * * *', tags: ['a'] },
};

/** The controller of definitions has its turn. */
function establish(scenario: SyncScenario): void {
  for (const { metadata } of [crontabs, gateways]) {
    const key = { apiVersion: crontabs.apiVersion, kind: crontabs.kind, namespace: '', name: metadata.name };
    const plan = customResourceController.plan(key, scenario.view, { nowMs: 0, seed: 0 });
    if (plan.changes.length > 0) scenario.commit(plan.changes);
  }
}

test('objects wait for the definition that comes in the same commit', () => {
  const scenario = new SyncScenario();
  const desired = [namespace, crontab, crontabs];
  const first = scenario.sync(desired);
  assert.deepEqual(stepNames(first), [
    'create Namespace shop',
    'create CustomResourceDefinition crontabs.stable.example.com',
  ]);
  assert.deepEqual(
    first.waiting.map(({ reason }) => reason),
    ['its kind is not served until CustomResourceDefinition crontabs.stable.example.com is established'],
  );
  establish(scenario);
  assert.deepEqual(stepNames(scenario.sync(desired)), ['create CronTab shop/nightly']);
  const again = scenario.sync(desired);
  assert.deepEqual([again.steps, again.waiting, again.unchanged], [[], [], 3]);
});

test('a kind that neither the cluster nor the commit knows is refused with its place', () => {
  const scenario = new SyncScenario();
  assert.deepEqual(
    scenario.plan([namespace, crontab]).problems.map(({ text }) => text),
    [
      'app.yaml:11: kind: no kind CronTab in stable.example.com/v1: neither the cluster nor the repository has a CustomResourceDefinition that serves it',
    ],
  );
});

test('an object that its live definition refuses is refused with its place', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, crontabs]);
  establish(scenario);
  const problem = (spec: object): readonly string[] =>
    scenario.plan([namespace, { ...crontab, spec }]).problems.map(({ text }) => text);
  assert.deepEqual(problem({ cronSpec: '* * * * *', replicas: 0 }), [
    'app.yaml:11: spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
  ]);
  assert.deepEqual(problem({ cronSpec: '* * * * *', colour: 'red' }), [
    'app.yaml:11: spec.colour: unknown field "colour"',
  ]);
});

test('what somebody changed by hand is put back, item by item', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, crontabs]);
  establish(scenario);
  const desired = [namespace, crontabs, crontab];
  scenario.sync(desired);
  const live = scenario.get<typeof crontab>('stable.example.com/v1', 'CronTab', 'nightly');
  scenario.write({ ...live, spec: { ...live.spec, cronSpec: '1 1 1 1 1', image: 'by-hand' } });
  assert.deepEqual(stepNames(scenario.sync(desired)), ['change CronTab shop/nightly']);
  const after = scenario.get<typeof crontab>('stable.example.com/v1', 'CronTab', 'nightly');
  assert.deepEqual(after.spec, {
    cronSpec: '* * * * *',
    image: 'by-hand',
    policy: 'Allow',
    replicas: 1,
    tags: ['a'],
  });
});

test('an object in another version than the stored one is the same object', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, gateways]);
  establish(scenario);
  const gateway = {
    apiVersion: 'net.example.com/v1beta1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { gatewayClassName: 'x' },
  };
  const desired = [namespace, gateways, gateway];
  scenario.sync(desired);
  assert.equal(
    scenario.get<{ apiVersion: string }>('net.example.com/v1', 'Gateway', 'edge', '').apiVersion,
    'net.example.com/v1',
  );
  const again = scenario.plan(desired);
  assert.deepEqual([again.steps, again.kept, again.unchanged], [[], [], 3]);
  assert.deepEqual(stepNames(scenario.plan([namespace, gateways])), ['prune Gateway edge']);
});
