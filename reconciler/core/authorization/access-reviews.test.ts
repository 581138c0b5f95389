import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from '../../../schemas/kubernetes/types/authorization-v1.ts';
import {
  reviewAccess,
  reviewLocalAccess,
  reviewSelf,
  reviewSelfAccess,
  reviewSelfRules,
} from './access-reviews.ts';
import { rule } from './policy-rule.ts';
import { binding, person, role, viewWith } from './testing/rbac-objects.ts';

const apiVersion = 'authorization.k8s.io/v1';
const view = viewWith(
  role('shop', 'r', rule('get', 'core', 'pods')),
  binding('shop', 'b', 'Role/r', 'User:jane'),
);
const pods = { verb: 'get', resource: 'pods', namespace: 'shop' };

function access(spec: SubjectAccessReview['spec'], metadata = {}): SubjectAccessReview {
  return { apiVersion, kind: 'SubjectAccessReview', metadata, spec };
}

test('an access review is answered in its status', () => {
  const self: SelfSubjectAccessReview = {
    apiVersion,
    kind: 'SelfSubjectAccessReview',
    metadata: {},
    spec: { resourceAttributes: pods },
  };
  const own = reviewSelfAccess(self, person('jane'), view);
  assert.deepEqual(own.ok && own.object.status, {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "b/shop" of Role "r" to User "jane"',
  });
  const others = reviewAccess(access({ user: 'carl', resourceAttributes: pods }), view);
  assert.deepEqual(others.ok && others.object.status, { allowed: false });
  const group = access({
    groups: ['system:masters'],
    nonResourceAttributes: { path: '/metrics', verb: 'get' },
  });
  const master = reviewAccess(group, view);
  assert.deepEqual(master.ok && master.object.status, { allowed: true });
});

const invalid: readonly (readonly [SubjectAccessReview, string])[] = [
  [
    access({ resourceAttributes: pods }),
    'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
  ],
  [
    access({ user: 'x' }),
    'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
  ],
  [
    access({ user: 'x', resourceAttributes: pods, nonResourceAttributes: { path: '/', verb: 'get' } }),
    'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: {"path":"/","verb":"get"}: cannot be specified in combination with resourceAttributes',
  ],
  [
    access({ user: 'x', resourceAttributes: pods }, { labels: { a: 'b' } }),
    'SubjectAccessReview.authorization.k8s.io "" is invalid: metadata: Invalid value: {"labels":{"a":"b"}}: must be empty',
  ],
];

for (const [review, message] of invalid) {
  test(`refused: ${message.split('is invalid: ')[1] ?? ''}`, () => {
    const result = reviewAccess(review, view);
    assert.equal(result.ok ? '' : result.problem.message, message);
    assert.equal(result.ok ? 0 : result.problem.code, 422);
  });
}

test('a review without a spec, or with null in it, is refused and breaks nothing', () => {
  for (const spec of [undefined, null, { resourceAttributes: null, user: 'x' }]) {
    const review = { apiVersion, kind: 'SubjectAccessReview', metadata: {}, spec };
    const result = reviewAccess(review as unknown as SubjectAccessReview, view);
    assert.equal(result.ok ? 0 : result.problem.code, 422);
  }
  const rules = { apiVersion, kind: 'SelfSubjectRulesReview', metadata: {} };
  const result = reviewSelfRules(rules as unknown as SelfSubjectRulesReview, person('jane'), view);
  assert.equal(result.ok ? 0 : result.problem.code, 400);
});

test('a local review is about its own namespace', () => {
  const local = (namespace: string): LocalSubjectAccessReview => ({
    apiVersion,
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace: 'shop' },
    spec: { user: 'jane', resourceAttributes: { ...pods, namespace } },
  });
  const fine = reviewLocalAccess(local('shop'), view);
  assert.equal(fine.ok && fine.object.status?.allowed, true);
  const other = reviewLocalAccess(local('other'), view);
  assert.match(other.ok ? '' : other.problem.message, /spec.resourceAttributes.namespace: .*must match/);
});

test('a rules review needs a namespace', () => {
  const review = (namespace?: string): SelfSubjectRulesReview => ({
    apiVersion,
    kind: 'SelfSubjectRulesReview',
    metadata: {},
    spec: namespace === undefined ? {} : { namespace },
  });
  const refused = reviewSelfRules(review(), person('jane'), view);
  assert.deepEqual(refused.ok ? undefined : refused.problem, {
    code: 400,
    reason: 'BadRequest',
    message: 'no namespace on request',
  });
  const answered = reviewSelfRules(review('shop'), person('jane'), view);
  assert.deepEqual(answered.ok ? answered.object.status?.resourceRules.at(-1) : undefined, {
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
  });
});

test('whoever asks is told who they are', () => {
  const user = { ...person('jane', 'team'), uid: '7', extra: { 'example.org/team': ['a'] } };
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} } as const;
  assert.deepEqual(reviewSelf(review, user, 0), {
    ...review,
    metadata: { creationTimestamp: '1970-01-01T00:00:00Z' },
    status: {
      userInfo: {
        username: 'jane',
        uid: '7',
        groups: ['team', 'system:authenticated'],
        extra: { 'example.org/team': ['a'] },
      },
    },
  });
});
