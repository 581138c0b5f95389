import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anonymousUser, serviceAccountUser, type UserInfo } from '../model/user.ts';
import { type Attributes, forbiddenProblem, pathAttributes, resourceAttributes } from './attributes.ts';
import { authorize } from './authorize.ts';
import { rule, urls } from './policy-rule.ts';
import { rulesFor } from './rules-for.ts';
import { binding, clusterBinding, clusterRole, person, role, viewWith } from './testing/rbac-objects.ts';

const view = viewWith(
  role('shop', 'pod-reader', rule('get list', 'core', 'pods pods/log')),
  binding('shop', 'jane-reads', 'Role/pod-reader', 'User:jane', 'ServiceAccount:tools/bot'),
  role('shop', 'one-map', rule('get update', 'core', 'configmaps', 'settings')),
  binding('shop', 'one-map', 'Role/one-map', 'Group:team'),
  binding('shop', 'carl-views', 'ClusterRole/view', 'User:carl'),
  binding('shop', 'ann-administers', 'ClusterRole/admin', 'User:ann'),
  clusterRole('scaler', rule('update', '*', '*/scale')),
  clusterBinding('scaler', 'scaler', 'User:jane'),
  clusterRole('metrics', urls('get', '/metrics /debug/*')),
  clusterBinding('metrics', 'metrics', 'User:probe'),
  clusterBinding('dangling', 'gone', 'User:lost'),
);

/** `verb resource[/subresource][.group] [namespace] [name]`, or `verb /path`. */
function asked(user: UserInfo, text: string): Attributes {
  const [verb = '', target = '', namespace = '', name = ''] = text.split(' ');
  if (target.startsWith('/')) return pathAttributes(user, verb, target);
  const [full = '', group = ''] = target.split(/\.(.*)/);
  const [resource = '', subresource = ''] = full.split('/');
  return resourceAttributes(user, { verb, group, resource, subresource, namespace, name });
}

const jane = person('jane');
const bot = serviceAccountUser('tools', 'bot');
const root = person('root', 'system:masters');
const member = person('mia', 'team');

const cases: readonly (readonly [UserInfo, string, boolean])[] = [
  [root, 'delete nodes', true],
  [root, 'get /anything', true],
  [jane, 'list pods shop', true],
  [jane, 'list pods', false],
  [jane, 'list pods other', false],
  [jane, 'get pods/log shop web', true],
  [jane, 'get pods/exec shop web', false],
  [jane, 'delete pods shop web', false],
  [jane, 'list pods.metrics.k8s.io shop', false],
  [jane, 'update deployments/scale.apps other web', true],
  [jane, 'update deployments.apps other web', false],
  [bot, 'get pods shop web', true],
  [serviceAccountUser('shop', 'bot'), 'get pods shop web', false],
  [member, 'update configmaps shop settings', true],
  [member, 'update configmaps shop others', false],
  [member, 'list configmaps shop', false],
  [person('carl'), 'get deployments.apps shop web', true],
  [person('carl'), 'get secrets shop web', false],
  [person('carl'), 'create deployments.apps shop', false],
  [person('ann'), 'create rolebindings.rbac.authorization.k8s.io shop', true],
  [person('ann'), 'create serviceaccounts/token shop default', true],
  [person('ann'), 'update resourcequotas shop main', false],
  [person('probe'), 'get /metrics', true],
  [person('probe'), 'get /debug/pprof/heap', true],
  [person('probe'), 'get /debugger', false],
  [jane, 'get /apis/apps/v1', true],
  [jane, 'get /openid/v1/jwks', false],
  [bot, 'get /openid/v1/jwks', true],
  [jane, 'create selfsubjectaccessreviews.authorization.k8s.io', true],
  [anonymousUser, 'get /healthz', true],
  [anonymousUser, 'get /version', true],
  [anonymousUser, 'get /apis', false],
  [anonymousUser, 'list pods shop', false],
];

for (const [user, text, allowed] of cases) {
  test(`${user.name} ${allowed ? 'may' : 'may not'} ${text}`, () => {
    assert.equal(authorize(asked(user, text), view).allowed, allowed);
  });
}

test('the reason names the binding, the role and the subject', () => {
  const reasonOf = (user: UserInfo, text: string): string => authorize(asked(user, text), view).reason;
  assert.equal(
    reasonOf(jane, 'list pods shop'),
    'RBAC: allowed by RoleBinding "jane-reads/shop" of Role "pod-reader" to User "jane"',
  );
  assert.equal(
    reasonOf(bot, 'list pods shop'),
    'RBAC: allowed by RoleBinding "jane-reads/shop" of Role "pod-reader" to ServiceAccount "bot/tools"',
  );
  assert.equal(
    reasonOf(jane, 'get /api'),
    'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
  );
  assert.equal(
    reasonOf(person('lost'), 'list pods'),
    'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
  );
});

test('a refusal is worded as Kubernetes words it', () => {
  const message = (text: string, reason = ''): string => forbiddenProblem(asked(jane, text), reason).message;
  assert.equal(
    message('list pods default'),
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  assert.equal(
    message('update deployments/scale.apps default web', 'RBAC: x'),
    'deployments.apps "web" is forbidden: User "jane" cannot update resource "deployments/scale" in API group "apps" in the namespace "default": RBAC: x',
  );
  assert.equal(
    message('get nodes'),
    'nodes is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope',
  );
  assert.equal(message('get /metrics'), 'forbidden: User "jane" cannot get path "/metrics"');
  assert.deepEqual(forbiddenProblem(asked(jane, 'get deployments.apps shop web')).details, {
    name: 'web',
    group: 'apps',
    kind: 'deployments',
  });
});

test('a new binding counts from the next decision on', () => {
  const changing = viewWith(role('shop', 'r', rule('get', 'core', 'pods')));
  const question = asked(person('late'), 'get pods shop web');
  assert.equal(authorize(question, changing).allowed, false);
  const bound = binding('shop', 'b', 'Role/r', 'User:late');
  changing.apply(
    { apiVersion: bound.apiVersion, kind: bound.kind, namespace: 'shop', name: 'b' },
    bound,
    900,
  );
  assert.equal(authorize(question, changing).allowed, true);
});

test('the rules of a user are listed by namespace', () => {
  const { resourceRules, nonResourceRules, incomplete } = rulesFor(jane, 'shop', view);
  assert.equal(incomplete, false);
  assert.ok(resourceRules.some(({ resources = [] }) => resources.includes('pods/log')));
  assert.ok(nonResourceRules.some(({ nonResourceURLs = [] }) => nonResourceURLs.includes('/version')));
  const elsewhere = rulesFor(jane, 'other', view).resourceRules;
  assert.ok(!elsewhere.some(({ resources = [] }) => resources.includes('pods/log')));
  assert.deepEqual(rulesFor(root, 'shop', view).resourceRules[0], {
    verbs: ['*'],
    apiGroups: ['*'],
    resources: ['*'],
  });
});
