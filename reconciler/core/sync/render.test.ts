import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastAppliedAnnotation } from '../apply/last-applied.ts';
import { planAsData, renderPlan } from './render.ts';
import { SyncScenario } from './sync-scenario.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

function secret(data: object, extra: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', namespace: 'shop', ...extra },
    stringData: data,
  };
}

function deployment(image: string, replicas: number, labels: object): object {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image, args: ['-v'] }] },
  };
  const metadata = { name: 'web', namespace: 'shop', labels };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template },
  };
}

function config(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { a: '1' } };
}

test('a plan reads like a diff, and ends with a summary', () => {
  const scenario = new SyncScenario();
  scenario.sync([
    namespace,
    deployment('nginx:1', 3, { 'app.kubernetes.io/name': 'web', tier: 'front' }),
    config('old'),
    secret({ password: 'hunter2' }),
  ]);
  scenario.write(config('by-hand'));
  const plan = scenario.plan([
    namespace,
    deployment('nginx:2', 5, { 'app.kubernetes.io/name': 'shop' }),
    config('new'),
    config('by-hand'),
    secret({ password: 'correct horse', user: 'shop' }),
  ]);
  const expected = [
    '~ Secret shop/db  app.yaml:41',
    '    data.password: <secret: 7 bytes> -> <secret: 13 bytes, changed>',
    '    + data.user: <secret: 4 bytes>',
    '~ ConfigMap shop/by-hand  app.yaml:31',
    '    takes the ownership of its fields',
    '+ ConfigMap shop/new  app.yaml:21',
    '~ Deployment shop/web  app.yaml:11',
    '    - metadata.labels.tier: front',
    '    metadata.labels["app.kubernetes.io/name"]: web -> shop',
    '    spec.replicas: 3 -> 5',
    '    spec.template.spec.containers[name="web"].image: nginx:1 -> nginx:2',
    '- ConfigMap shop/old',
    '',
    'Plan: 1 to create, 3 to change, 1 to prune.',
    '',
  ];
  assert.equal(renderPlan(plan, { color: false }), expected.join('\n'));
});

test('an empty plan is its summary alone; problems, waits and what is kept are told', () => {
  const scenario = new SyncScenario();
  assert.equal(
    renderPlan(scenario.plan([]), { color: false }),
    'Plan: 0 to create, 0 to change, 0 to prune.\n',
  );
  scenario.sync([namespace]);
  scenario.write(config('by-hand'));
  const text = renderPlan(scenario.plan([{ ...config('x'), metadata: { name: 'x', namespace: 'other' } }]), {
    color: false,
  });
  const expected = [
    '  Namespace shop is kept: it holds what this application does not own: ConfigMap by-hand',
    '! app.yaml:1: metadata.namespace: the namespace other does not exist: add a Namespace other to the repository, or create it',
    '',
    'Plan: 0 to create, 0 to change, 0 to prune. 1 problem: nothing will be changed.',
    '',
  ];
  assert.equal(text, expected.join('\n'));
});

test('colors go by action', () => {
  const text = renderPlan(new SyncScenario().plan([namespace]), { color: true });
  assert.match(text, /^\u001b\[32m\+ Namespace shop\u001b\[0m\u001b\[2m {2}app\.yaml:1\u001b\[0m\n/);
});

test('long values are cut in the text, not in the data', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, config('a')]);
  const plan = scenario.plan([namespace, { ...config('a'), data: { a: 'x'.repeat(500) } }]);
  assert.match(renderPlan(plan, { color: false }), /data\.a: 1 -> x{160}… \(500 characters\)\n/);
  assert.deepEqual(planAsData(plan).steps[0]?.fields[0]?.after, 'x'.repeat(500));
});

test('no secret’s value is in the diff, the text or the data, whatever becomes of it', () => {
  const words = ['hunter2', 'correct horse'];
  const forms = words.flatMap((word) => [word, btoa(word)]);
  const annotations = (password: string): object => ({
    annotations: { [lastAppliedAnnotation]: JSON.stringify(secret({ password })), note: 'plain' },
  });
  const [first = '', second = ''] = words;
  const scenario = new SyncScenario();
  const bare = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' } };
  const states: object[][] = [
    [secret({ password: first }, annotations(first))],
    [secret({ password: second }, annotations(second))],
    [secret({ user: first })],
    [bare],
    [secret({ password: first }, { ...annotations(first), labels: { a: 'b' } })],
    [],
  ];
  for (const objects of states) {
    const plan = scenario.sync([namespace, ...objects]);
    const shown = [
      renderPlan(plan, { color: false }),
      JSON.stringify(planAsData(plan)),
      JSON.stringify(plan.steps.map(({ fields }) => fields)),
    ].join('\n');
    for (const form of forms) assert.ok(!shown.includes(form), `${form} is shown in ${shown}`);
  }
});

test('the data of a plan is everything but the objects that it writes', () => {
  const data = planAsData(new SyncScenario().plan([namespace, config('a')]));
  assert.deepEqual(data, {
    application: 'shop',
    steps: [
      {
        action: 'create',
        ref: { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: 'shop' },
        source: { path: 'app.yaml', line: 1 },
        fields: [{ path: 'metadata.labels', after: {} }],
      },
      {
        action: 'create',
        ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' },
        source: { path: 'app.yaml', line: 11 },
        fields: [{ path: 'data', after: { a: '1' } }],
      },
    ],
    waves: [
      { name: 'namespaces', steps: 1 },
      { name: 'configuration', steps: 1 },
    ],
    unchanged: 0,
    waiting: [],
    kept: [],
    problems: [],
  });
});
