import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rule } from '../../core/authorization/policy-rule.ts';
import {
  binding,
  clusterBinding,
  clusterRole,
  person,
  viewWith,
} from '../../core/authorization/testing/rbac-objects.ts';
import { impersonate } from './impersonation.ts';

const authentication = 'authentication.k8s.io';
const view = viewWith(
  clusterRole('as-jane', rule('impersonate', 'core', 'users', 'jane system:anonymous')),
  clusterRole('as-team', rule('impersonate', 'core', 'groups', 'team')),
  clusterRole('as-account', rule('impersonate', 'core', 'serviceaccounts')),
  clusterRole('with-scopes', rule('impersonate', authentication, 'userextras/scopes', 'view')),
  clusterRole('with-uid', rule('impersonate', authentication, 'uids', '7')),
  ...['as-jane', 'as-team', 'with-scopes', 'with-uid'].map((name) => clusterBinding(name, name, 'User:boss')),
  binding('shop', 'as-account', 'ClusterRole/as-account', 'User:boss'),
);
const boss = person('boss');

test('without headers the request is for whoever asked', () => {
  assert.deepEqual(impersonate(['Accept', '*/*'], boss, view), { ok: true, user: boss });
});

test('a request is for whom its headers name', () => {
  const headers = [
    ...['Impersonate-User', 'jane', 'impersonate-group', 'team', 'Impersonate-Uid', '7'],
    ...['Impersonate-Extra-Scopes', 'view'],
  ];
  assert.deepEqual(impersonate(headers, boss, view), {
    ok: true,
    user: { name: 'jane', groups: ['team', 'system:authenticated'], uid: '7', extra: { scopes: ['view'] } },
  });
});

test('a service account brings its groups, the anonymous user its own', () => {
  const account = impersonate(['Impersonate-User', 'system:serviceaccount:shop:web'], boss, view);
  assert.deepEqual(account.ok && account.user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:shop',
    'system:authenticated',
  ]);
  const anonymous = impersonate(['Impersonate-User', 'system:anonymous'], boss, view);
  assert.deepEqual(anonymous.ok && anonymous.user.groups, ['system:unauthenticated']);
});

const cannot = 'is forbidden: User "boss" cannot impersonate resource';
const refused: readonly (readonly [readonly string[], number, string])[] = [
  [['Impersonate-User', 'carl'], 403, `users "carl" ${cannot} "users" in API group "" at the cluster scope`],
  [
    ['Impersonate-User', 'jane', 'Impersonate-Group', 'team', 'Impersonate-Group', 'system:masters'],
    403,
    `groups "system:masters" ${cannot} "groups" in API group "" at the cluster scope`,
  ],
  [
    ['Impersonate-User', 'system:serviceaccount:other:web'],
    403,
    `serviceaccounts "web" ${cannot} "serviceaccounts" in API group "" in the namespace "other"`,
  ],
  [
    ['Impersonate-User', 'jane', 'Impersonate-Extra-Scopes', 'edit'],
    403,
    `userextras.authentication.k8s.io "edit" ${cannot} "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope`,
  ],
  [
    ['Impersonate-User', 'jane', 'Impersonate-Uid', '8'],
    403,
    `uids.authentication.k8s.io "8" ${cannot} "uids" in API group "authentication.k8s.io" at the cluster scope`,
  ],
  [['Impersonate-Group', 'team'], 400, 'groups, a uid or extras are impersonated without a user'],
  [
    ['Impersonate-User', 'jane', 'Impersonate-Extra-%zz', 'x'],
    400,
    'an Impersonate-Extra header has a name that cannot be decoded',
  ],
];

for (const [headers, code, message] of refused) {
  test(`refused: ${headers.join(' ')}`, () => {
    const result = impersonate(headers, boss, view);
    assert.ok(!result.ok);
    assert.deepEqual([result.problem.code, result.problem.message], [code, message]);
  });
}
