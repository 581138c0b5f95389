import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { escalationProblem } from './escalation.ts';
import { rule, urls } from './policy-rule.ts';
import { binding, clusterBinding, clusterRole, person, role, viewWith } from './testing/rbac-objects.ts';

const read = rule('get list watch', 'core', 'pods configmaps');
const view = viewWith(
  clusterRole('reader', read),
  clusterRole('one-secret', rule('get', 'core', 'secrets', 'a b')),
  clusterRole('scale', rule('update', 'apps', '*/scale')),
  clusterRole('escalator', rule('escalate', 'rbac.authorization.k8s.io', 'roles clusterroles')),
  clusterRole('binder', rule('bind', 'rbac.authorization.k8s.io', 'clusterroles', 'admin')),
  clusterRole('paths', urls('get', '/logs/*')),
  clusterBinding('jane', 'reader', 'User:jane'),
  clusterBinding('jane-paths', 'paths', 'User:jane'),
  binding('shop', 'jane-one', 'ClusterRole/one-secret', 'User:jane'),
  binding('shop', 'jane-scale', 'ClusterRole/scale', 'User:jane'),
  clusterBinding('eve', 'escalator', 'User:eve'),
  clusterBinding('ben', 'binder', 'User:ben'),
  clusterBinding('boss', 'cluster-admin', 'User:boss'),
);

function aggregating(name: string): KubeObject {
  const selector = { matchLabels: { gather: 'yes' } };
  return { ...clusterRole(name), aggregationRule: { clusterRoleSelectors: [selector] } } as KubeObject;
}

const jane = person('jane');
const allowed: readonly (readonly [string, KubeObject, string])[] = [
  ['a part of what one holds', role('shop', 'r', rule('get', 'core', 'pods')), 'jane'],
  ['held everywhere, granted for some names', role('shop', 'r', rule('get', 'core', 'pods', 'x y')), 'jane'],
  ['a name that one holds', role('shop', 'r', rule('get', 'core', 'secrets', 'a')), 'jane'],
  [
    'a subresource held for all resources',
    role('shop', 'r', rule('update', 'apps', 'deployments/scale')),
    'jane',
  ],
  ['a path below one that is held', clusterRole('r', urls('get', '/logs/x')), 'jane'],
  ['no rules at all', role('shop', 'r'), 'jane'],
  ['anything with the verb escalate', role('shop', 'r', rule('*', '*', '*')), 'eve'],
  ['anything as cluster administrator', aggregating('r'), 'boss'],
  ['a binding to a role whose rules one holds', binding('shop', 'b', 'ClusterRole/reader', 'User:x'), 'jane'],
  ['a binding with the verb bind', binding('shop', 'b', 'ClusterRole/admin', 'User:x'), 'ben'],
];

for (const [what, object, user] of allowed)
  test(`granted: ${what}`, () => assert.equal(escalationProblem({ object }, person(user), view), undefined));

const who =
  'user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:';
const refused: readonly (readonly [string, KubeObject, string])[] = [
  [
    'verbs that are not held',
    role('shop', 'r', rule('get delete create', 'core', 'pods'), rule('get', 'apps', 'deployments')),
    `roles.rbac.authorization.k8s.io "r" is forbidden: ${who}\n{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}\n{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`,
  ],
  [
    'all names where some are held',
    role('shop', 'r', rule('get', 'core', 'secrets')),
    `roles.rbac.authorization.k8s.io "r" is forbidden: ${who}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
  ],
  [
    'another name',
    role('shop', 'r', rule('get', 'core', 'secrets', 'a c')),
    `roles.rbac.authorization.k8s.io "r" is forbidden: ${who}\n{APIGroups:[""], Resources:["secrets"], ResourceNames:["c"], Verbs:["get"]}`,
  ],
  [
    'cluster-wide what is held in a namespace',
    clusterRole('r', rule('get', 'core', 'secrets', 'a')),
    `clusterroles.rbac.authorization.k8s.io "r" is forbidden: ${who}\n{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}`,
  ],
  [
    'a wildcard',
    clusterRole('r', rule('*', 'core', 'pods'), urls('get', '/logs*')),
    `clusterroles.rbac.authorization.k8s.io "r" is forbidden: ${who}\n{APIGroups:[""], Resources:["pods"], Verbs:["*"]}\n{NonResourceURLs:["/logs*"], Verbs:["get"]}`,
  ],
  [
    'an aggregation rule',
    aggregating('r'),
    'clusterroles.rbac.authorization.k8s.io "r" is forbidden: must have cluster-admin privileges to use the aggregationRule',
  ],
  [
    'a binding to more than is held',
    clusterBinding('b', 'scale', 'User:jane'),
    `clusterrolebindings.rbac.authorization.k8s.io "b" is forbidden: ${who}\n{APIGroups:["apps"], Resources:["*/scale"], Verbs:["update"]}`,
  ],
  [
    'a binding to a role that is not there',
    binding('shop', 'b', 'Role/nothing', 'User:jane'),
    'roles.rbac.authorization.k8s.io "nothing" not found',
  ],
];

for (const [what, object, message] of refused)
  test(`refused: ${what}`, () => assert.equal(escalationProblem({ object }, jane, view)?.message, message));

test('a change of owners or finalizers alone grants nothing', () => {
  const before = role('shop', 'r', rule('*', '*', '*'));
  const object = { ...before, metadata: { ...before.metadata, finalizers: [] } };
  assert.equal(escalationProblem({ object, before }, jane, view), undefined);
  const labelled = { ...before, metadata: { ...before.metadata, labels: { a: 'b' } } };
  assert.equal(escalationProblem({ object: labelled, before }, jane, view)?.code, 403);
});

test('what validation will refuse breaks nothing here', () => {
  const nameless = { ...role('shop', ''), metadata: { namespace: 'shop' }, rules: [{}] };
  assert.equal(escalationProblem({ object: nameless }, jane, view), undefined);
  const { roleRef: _, ...loose } = binding('shop', 'b', 'Role/r', 'User:x');
  assert.equal(escalationProblem({ object: loose }, jane, view), undefined);
});

function request(status?: CertificateSigningRequest['status']): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr' },
    spec: { request: '', signerName: 'example.org/client' },
    ...(status === undefined ? {} : { status }),
  };
}

test('certificate requests are approved and signed by those who may for their signer', () => {
  const signers = viewWith(
    clusterRole('approver', rule('approve', 'certificates.k8s.io', 'signers', 'example.org/client')),
    clusterRole('signer', rule('sign', 'certificates.k8s.io', 'signers', 'example.org/*')),
    clusterBinding('approver', 'approver', 'User:ann'),
    clusterBinding('signer', 'signer', 'User:sam'),
  );
  const approved = request({ conditions: [{ type: 'Approved', status: 'True' }] });
  const signed = request({ ...approved.status, certificate: 'Y2VydA==' });
  const message = (user: string, object: KubeObject, before: KubeObject): string | undefined =>
    escalationProblem({ object, before }, person(user), signers)?.message;
  assert.equal(message('ann', approved, request()), undefined);
  assert.equal(message('sam', signed, approved), undefined);
  const refusal = 'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: user not permitted to';
  assert.equal(
    message('sam', approved, request()),
    `${refusal} approve requests with signerName "example.org/client"`,
  );
  assert.equal(
    message('ann', signed, approved),
    `${refusal} sign requests with signerName "example.org/client"`,
  );
});
