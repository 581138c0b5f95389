import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { MutableView } from '../model/view.ts';
import type { Verdict } from './plugin.ts';
import { resourceQuota } from './resource-quota.ts';
import { type Asked, pod, requestFor, viewOf } from './testing/admission-requests.ts';

type Quantities = Readonly<Record<string, string>>;

function quota(hard: Quantities, used?: Quantities, spec: object = {}, name = 'q'): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace: 'shop' },
    spec: { hard, ...spec },
    ...(used === undefined ? {} : { status: { hard, used } }),
  };
}

function object(apiVersion: string, kind: string, name: string, spec: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, spec } as KubeObject;
}

function asking(requests: Quantities, limits: Quantities = {}, name = 'web'): KubeObject {
  return pod({ containers: [{ name: 'a', resources: { requests, limits } }] }, { name });
}

function asked(what: KubeObject, view: MutableView, more: Asked = {}): Verdict {
  return resourceQuota.admit(requestFor(what, { view, ...more }));
}

/** The used amounts of the one quota that was charged. */
function usedAfter(verdict: Verdict): Quantities | undefined {
  assert.equal(verdict.problem?.message, undefined);
  return (verdict.alongside?.[0]?.object as ResourceQuota | undefined)?.status?.used;
}

test('what is asked for is charged', () => {
  const view = viewOf(quota({ pods: '2', 'requests.cpu': '2' }, { pods: '1', 'requests.cpu': '1' }));
  assert.deepEqual(usedAfter(asked(asking({ cpu: '500m' }), view)), { pods: '2', 'requests.cpu': '1500m' });
});

test('what is too much is refused, with all amounts that are', () => {
  const hard = { pods: '5', 'requests.cpu': '2', 'requests.memory': '1024Mi' };
  const view = viewOf(quota(hard, { pods: '1', 'requests.cpu': '1500m', 'requests.memory': '512Mi' }));
  const { problem } = asked(asking({ cpu: '1', memory: '1Gi' }), view);
  assert.equal(problem?.code, 403);
  assert.equal(
    problem?.message,
    'pods "web" is forbidden: exceeded quota: q, requested: requests.cpu=1,requests.memory=1Gi, used: requests.cpu=1500m,requests.memory=512Mi, limited: requests.cpu=2,requests.memory=1Gi',
  );
});

test('a quota that nobody has counted yet is counted now', () => {
  const view = viewOf(quota({ pods: '2' }), asking({}, {}, 'one'), asking({}, {}, 'two'));
  assert.match(
    asked(pod(), view).problem?.message ?? '',
    /requested: pods=1, used: pods=2, limited: pods=2$/,
  );
});

test('a quota on amounts makes pods name them', () => {
  const view = viewOf(
    quota({ 'requests.cpu': '2', 'limits.memory': '1Gi', 'requests.ephemeral-storage': '1Gi' }),
  );
  const vague = pod({ containers: [{ name: 'b' }, { name: 'a' }], initContainers: [{ name: 'i' }] });
  assert.equal(
    asked(vague, view).problem?.message,
    'pods "web" is forbidden: failed quota: q: must specify limits.memory for: a,b,i; requests.cpu for: a,b,i',
  );
  const whole = pod({ resources: { requests: { cpu: '1' } } });
  assert.deepEqual(usedAfter(asked(whole, view)), {
    'requests.cpu': '1',
    'limits.memory': '0',
    'requests.ephemeral-storage': '0',
  });
});

test('a quota with scopes asks nothing of pods that it does not count', () => {
  const view = viewOf(quota({ 'requests.cpu': '0' }, undefined, { scopes: ['Terminating'] }));
  assert.deepEqual(asked(pod(), view), { alongside: [] });
});

test('every quota of the namespace counts, and each is charged', () => {
  const view = viewOf(
    quota({ pods: '2' }, { pods: '0' }, {}, 'a'),
    quota({ 'count/pods': '1' }, { 'count/pods': '0' }, {}, 'b'),
  );
  assert.equal(asked(pod(), view).alongside?.length, 2);
  const full = viewOf(
    quota({ pods: '2' }, { pods: '0' }, {}, 'a'),
    quota({ 'count/pods': '1' }, { 'count/pods': '1' }, {}, 'b'),
  );
  assert.match(asked(pod(), full).problem?.message ?? '', /exceeded quota: b/);
});

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
  status: {
    acceptedNames: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    conditions: [{ type: 'Established', status: 'True' }],
    storedVersions: ['v1'],
  },
} as KubeObject;

const claimSpec = { storageClassName: 'gold', resources: { requests: { storage: '2Gi' } } };
const gold = 'gold.storageclass.storage.k8s.io/requests.storage';

for (const [what, hard, made] of [
  ['services', 'services', object('v1', 'Service', 's')],
  [
    'node ports',
    'services.nodeports',
    object('v1', 'Service', 's', { type: 'NodePort', ports: [{ port: 80 }] }),
  ],
  ['claims', 'persistentvolumeclaims', object('v1', 'PersistentVolumeClaim', 'c', claimSpec)],
  ['storage of a class', gold, object('v1', 'PersistentVolumeClaim', 'c', claimSpec)],
  ['config maps', 'count/configmaps', object('v1', 'ConfigMap', 'c')],
  ['deployments', 'count/deployments.apps', object('apps/v1', 'Deployment', 'd')],
  ['a custom kind', 'count/widgets.example.com', object('example.com/v1', 'Widget', 'w')],
] as const)
  test(`a quota of no ${what} allows none`, () => {
    const { problem } = asked(made, viewOf(widgets, quota({ [hard]: '0' })));
    assert.ok(problem?.message.includes(`exceeded quota: q, requested: ${hard}=`), problem?.message ?? '');
    assert.equal(asked(made, viewOf(widgets, quota({ [hard]: '9Gi' }))).problem, undefined);
  });

test('an update is charged for what it adds, and for nothing where it takes less', () => {
  const ports = [{ port: 80 }, { port: 81 }];
  const plain = object('v1', 'Service', 's', { ports });
  const open = object('v1', 'Service', 's', { type: 'NodePort', ports });
  const view = viewOf(quota({ 'services.nodeports': '3' }, { 'services.nodeports': '2' }));
  assert.match(
    asked(open, view, { before: plain }).problem?.message ?? '',
    /requested: services.nodeports=2, used: services.nodeports=2, limited: services.nodeports=3/,
  );
  assert.deepEqual(asked(plain, view, { before: open }), { alongside: [] });
});

test('a pod that grows in place is charged for the growth', () => {
  const view = viewOf(quota({ 'requests.cpu': '2' }, { 'requests.cpu': '1' }));
  const resized = (cpu: string): Verdict =>
    asked(asking({ cpu }), view, { before: asking({ cpu: '1' }), subresource: 'resize' });
  assert.deepEqual(usedAfter(resized('2')), { 'requests.cpu': '2' });
  assert.match(resized('3').problem?.message ?? '', /requested: requests.cpu=2, used: requests.cpu=1/);
});
