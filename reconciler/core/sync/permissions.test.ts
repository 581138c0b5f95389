import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../../../schemas/berth/types.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import type { SyncStep } from './plan-object.ts';
import { applicationUser, forbiddenSteps } from './permissions.ts';

const rbac = 'rbac.authorization.k8s.io';

function application(serviceAccount?: { readonly namespace: string; readonly name: string }): Application {
  const spec = {
    repository: '/srv/git/shop.git',
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
  return { apiVersion: 'berth.dev/v1alpha1', kind: 'Application', metadata: { name: 'shop' }, spec };
}

const deployer = application({ namespace: 'shop', name: 'deployer' });

/** A view in which the deployer may write config maps of its namespace, and roles. */
function viewOf(...resources: readonly string[]): MutableView {
  const view = new MutableView();
  const role = {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'deployer', namespace: 'shop' },
    rules: [{ apiGroups: ['', rbac], resources, verbs: ['create', 'patch', 'delete'] }],
  } as KubeObject;
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'deployer', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'deployer' },
    subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'shop' }],
  } as KubeObject;
  for (const object of [role, binding]) view.apply(refOf(object), object, 1);
  return view;
}

function creation(object: KubeObject): SyncStep {
  const source = { path: 'all.yaml', line: 7 };
  return { action: 'create', ref: refOf(object), source, change: { type: 'create', object }, fields: [] };
}

const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
const secretReader = {
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  metadata: { name: 'reader', namespace: 'shop' },
  rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
} as KubeObject;

test('an Application acts as its ServiceAccount, and without one may do everything', () => {
  assert.equal(applicationUser(deployer).name, 'system:serviceaccount:shop:deployer');
  const anyone = applicationUser(application());
  assert.deepEqual(forbiddenSteps([creation(map), creation(secretReader)], anyone, new MutableView()), []);
});

test('what the ServiceAccount may not do is refused with file and line', () => {
  const user = applicationUser(deployer);
  assert.deepEqual(forbiddenSteps([creation(map)], user, viewOf('configmaps')), []);
  const [refusal, ...more] = forbiddenSteps([creation(map)], user, viewOf('secrets'));
  assert.deepEqual(more, []);
  assert.equal(
    refusal,
    'all.yaml:7: User "system:serviceaccount:shop:deployer" cannot create resource "configmaps" in API group "" in the namespace "shop"',
  );
});

test('a commit gives away no rights that its ServiceAccount does not have', () => {
  const user = applicationUser(deployer);
  const [refusal = ''] = forbiddenSteps([creation(secretReader)], user, viewOf('roles'));
  assert.match(refusal, /^all\.yaml:7: .*attempting to grant RBAC permissions not currently held/);
});
