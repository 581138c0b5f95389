import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../../schemas/kubernetes/types/apps-v1.ts';
import type { ConfigMap, Secret } from '../../../schemas/kubernetes/types/core-v1.ts';
import { stepNames, SyncScenario } from './sync-scenario.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const config = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'site', namespace: 'shop' },
  data: { title: 'Shop' },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};
const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { minAvailable: 1 },
};
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' } };

function deployment(spec: object = {}, annotations: Readonly<Record<string, string>> = {}): object {
  const labels = { app: 'web' };
  const metadata = {
    name: 'web',
    namespace: 'shop',
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 3, selector: { matchLabels: labels }, template, ...spec },
  };
}

const shop = [budget, deployment(), service, config, account, namespace];

test('steps come in waves: what others need first', () => {
  const plan = new SyncScenario().plan(shop);
  assert.deepEqual(stepNames(plan), [
    'create Namespace shop',
    'create ServiceAccount shop/web',
    'create ConfigMap shop/site',
    'create Service shop/web',
    'create Deployment shop/web',
    'create PodDisruptionBudget shop/web',
  ]);
  assert.deepEqual(
    plan.waves.map(({ name }) => name),
    ['namespaces', 'access', 'configuration', 'services', 'workloads', 'rest'],
  );
  assert.deepEqual(plan.steps[0]?.source, { path: 'app.yaml', line: 51 });
});

test('planning against the result gives an empty plan, though the server has filled in defaults', () => {
  const scenario = new SyncScenario();
  scenario.sync(shop);
  const plan = scenario.plan(shop);
  assert.deepEqual(plan.steps, []);
  assert.equal(plan.unchanged, 6);
});

test('a change is told field by field, and keeps what is not in the repository', () => {
  const scenario = new SyncScenario();
  scenario.sync(shop);
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx:2', env: [{ name: 'A', value: '1' }] }] },
  };
  const plan = scenario.sync([
    namespace,
    config,
    service,
    budget,
    account,
    deployment({ replicas: 5, template }),
  ]);
  assert.deepEqual(stepNames(plan), ['change Deployment shop/web']);
  assert.deepEqual(plan.steps[0]?.fields, [
    { path: 'spec.replicas', before: 3, after: 5 },
    { path: 'spec.template.spec.containers[name="web"].env', after: [{ name: 'A', value: '1' }] },
    { path: 'spec.template.spec.containers[name="web"].image', before: 'nginx:1', after: 'nginx:2' },
  ]);
  const live = scenario.get<Deployment>('apps/v1', 'Deployment', 'web');
  assert.equal(live.spec?.template.spec?.containers[0]?.imagePullPolicy, 'IfNotPresent');
});

test('an owned field that was changed by hand is put back, another one is left alone', () => {
  const scenario = new SyncScenario();
  scenario.sync(shop);
  const live = scenario.get<Deployment>('apps/v1', 'Deployment', 'web');
  scenario.write({
    ...live,
    metadata: { ...live.metadata, labels: { by: 'hand' } },
    spec: { ...live.spec, replicas: 9, paused: true },
  });
  const plan = scenario.sync(shop);
  assert.deepEqual(plan.steps[0]?.fields, [{ path: 'spec.replicas', before: 9, after: 3 }]);
  const after = scenario.get<Deployment>('apps/v1', 'Deployment', 'web');
  assert.equal(after.spec?.paused, true);
  assert.deepEqual(after.metadata.labels, { by: 'hand' });
  assert.deepEqual(scenario.plan(shop).steps, []);
});

test('an owned field that was removed by hand comes back, one that left the repository goes', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, { ...config, data: { title: 'Shop', motto: 'Buy' } }]);
  const live = scenario.get<ConfigMap>('v1', 'ConfigMap', 'site');
  scenario.write({ ...live, data: { motto: 'Buy', extra: 'x' } });
  scenario.sync([namespace, config]);
  assert.deepEqual(scenario.get<ConfigMap>('v1', 'ConfigMap', 'site').data, { title: 'Shop', extra: 'x' });
});

test('an object made by hand is taken over, its other fields are left alone', () => {
  const scenario = new SyncScenario();
  scenario.write(namespace);
  scenario.write({ ...config, data: { title: 'Old', note: 'by hand' } });
  const plan = scenario.sync([namespace, config]);
  assert.deepEqual(stepNames(plan), ['change Namespace shop', 'change ConfigMap shop/site']);
  assert.deepEqual(scenario.get<ConfigMap>('v1', 'ConfigMap', 'site').data, {
    title: 'Shop',
    note: 'by hand',
  });
  assert.deepEqual(scenario.plan([namespace, config]).steps, []);
});

test('an object of another application is a problem that names both, and is not touched', () => {
  const scenario = new SyncScenario();
  const spec = { repository: '/srv/other.git' };
  scenario.write({
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Application',
    metadata: { name: 'other' },
    spec,
  });
  scenario.sync([namespace, config], { application: 'other' });
  const plan = scenario.plan([{ ...config, data: { title: 'Mine' } }]);
  assert.deepEqual(plan.steps, []);
  assert.deepEqual(
    plan.problems.map(({ text }) => text),
    [
      'app.yaml:1: ConfigMap shop/site belongs to application other, and application shop wants it too: remove it from one of the repositories',
    ],
  );
});

test('what an application that is no more had applied is taken over with its fields', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, { ...config, data: { title: 'Shop', old: 'x' } }], { application: 'gone' });
  const plan = scenario.sync([namespace, config]);
  assert.deepEqual(
    plan.steps.map(({ fields }) => fields),
    [[], [{ path: 'data.old', before: 'x' }]],
  );
  assert.deepEqual(scenario.plan([namespace, config]).steps, []);
});

test('a field that cannot change is a problem with its path, a mark in the object has it replaced', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, deployment()]);
  const labels = { app: 'web', tier: 'front' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } };
  const changed = { selector: { matchLabels: labels }, template };
  const refused = scenario.plan([namespace, deployment(changed)]);
  assert.deepEqual(refused.steps, []);
  assert.equal(refused.problems[0]?.field, 'spec.selector');
  assert.match(
    refused.problems[0]?.text ?? '',
    /^app\.yaml:11: spec\.selector: cannot be changed on the existing Deployment shop\/web: restore it, .*berth\.dev\/replace: "true"/,
  );

  const replacing = [namespace, deployment(changed, { 'berth.dev/replace': 'true' })];
  assert.deepEqual(stepNames(scenario.sync(replacing)), ['replace Deployment shop/web']);
  assert.deepEqual(stepNames(scenario.sync(replacing)), ['create Deployment shop/web']);
  assert.deepEqual(scenario.plan(replacing).steps, []);
});

test('an object or a namespace that is being deleted is waited for', () => {
  const scenario = new SyncScenario();
  const held = { ...config, metadata: { ...config.metadata, finalizers: ['example.com/hold'] } };
  scenario.sync([namespace, held]);
  const { uid = '' } = scenario.get<ConfigMap>('v1', 'ConfigMap', 'site').metadata;
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'site' };
  scenario.commit([{ type: 'delete', ref, uid }]);
  const plan = scenario.plan([namespace, held]);
  assert.deepEqual(plan.steps, []);
  assert.deepEqual(plan.waiting, [{ ref, reason: 'it is being deleted, and is made anew when it is gone' }]);

  scenario.commit([
    { type: 'delete', ref: { ...ref, kind: 'Namespace', namespace: '', name: 'shop' }, uid: '' },
  ]);
  const reasons = scenario
    .plan([namespace, deployment()], { prune: false })
    .waiting.map(({ reason }) => reason);
  assert.deepEqual(reasons, [
    'it is being deleted, and is made anew when it is gone',
    'its namespace shop is being deleted',
  ]);
});

test('a namespace that nobody makes is a problem', () => {
  const [problem] = new SyncScenario().plan([config]).problems;
  assert.equal(
    problem?.text,
    'app.yaml:1: metadata.namespace: the namespace shop does not exist: add a Namespace shop to the repository, or create it',
  );
});

test('secret text is stored encoded, over equal keys, and compared so', () => {
  const scenario = new SyncScenario();
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', namespace: 'shop' },
    data: { a: 'b2xk', b: 'Yg==' },
    stringData: { a: 'grüße' },
  };
  scenario.sync([namespace, secret]);
  const live = scenario.get<Secret>('v1', 'Secret', 'db');
  assert.deepEqual([live.data, live.stringData], [{ a: 'Z3LDvMOfZQ==', b: 'Yg==' }, undefined]);
  assert.deepEqual(scenario.plan([namespace, secret]).steps, []);
});

test('an object without a namespace belongs into default', () => {
  const scenario = new SyncScenario();
  scenario.write({ ...namespace, metadata: { name: 'default' } });
  assert.deepEqual(stepNames(scenario.plan([{ ...config, metadata: { name: 'site' } }])), [
    'create ConfigMap default/site',
  ]);
});
