import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterRole, ClusterRoleBinding } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import type { KubeObject } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { defaultObjects, missingDefaults } from './default-objects.ts';
import { put, viewWith } from './testing/rbac-objects.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';

function clusterRoleIn(view: MutableView, name: string): ClusterRole {
  const role = view.get<ClusterRole>(apiVersion, 'ClusterRole', '', name);
  assert.ok(role, name);
  return role;
}

test('the defaults are valid objects, each once', () => {
  for (const object of defaultObjects) assert.deepEqual(validateObject(object), []);
  const ids = defaultObjects.map(
    ({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`,
  );
  assert.equal(new Set(ids).size, ids.length);
});

test('an empty cluster gets all of them, a complete one nothing', () => {
  const view = new MutableView();
  const changes = missingDefaults(view);
  assert.equal(changes.length, defaultObjects.length);
  for (const change of changes) if (change.type === 'create') put(view, change.object);
  assert.deepEqual(missingDefaults(view), []);
});

test('lost rules and subjects come back, added ones stay', () => {
  const view = viewWith();
  const role = clusterRoleIn(view, 'system:basic-user');
  const own = { apiGroups: ['example.org'], resources: ['things'], verbs: ['get'] };
  put(view, { ...role, rules: [own] } as KubeObject);
  const binding = view.get<ClusterRoleBinding>(
    apiVersion,
    'ClusterRoleBinding',
    '',
    'system:public-info-viewer',
  );
  put(view, { ...binding, subjects: [{ kind: 'User', name: 'jane' }] } as KubeObject);
  const changes = missingDefaults(view);
  assert.equal(changes.length, 2);
  for (const change of changes) if (change.type === 'update') put(view, change.object);
  assert.deepEqual(missingDefaults(view), []);
  const { rules = [] } = clusterRoleIn(view, 'system:basic-user');
  assert.deepEqual(rules[0], own);
  assert.ok(rules.some(({ resources = [] }) => resources.includes('selfsubjectreviews')));
});

test('what people took out of the updates is left alone', () => {
  const view = viewWith();
  const role = clusterRoleIn(view, 'system:discovery');
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
  put(view, { ...role, metadata: { ...role.metadata, annotations }, rules: [] } as KubeObject);
  assert.deepEqual(missingDefaults(view), []);
});

test('a binding to another role is removed, to be made anew', () => {
  const view = viewWith();
  const binding = view.get<ClusterRoleBinding>(apiVersion, 'ClusterRoleBinding', '', 'system:discovery');
  const roleRef = { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'cluster-admin' };
  put(view, { ...binding, roleRef } as KubeObject);
  assert.deepEqual(
    missingDefaults(view).map((change) => change.type),
    ['delete'],
  );
});

test('admin holds what edit holds, and edit what view holds', () => {
  const view = viewWith();
  const text = (name: string): readonly string[] =>
    (clusterRoleIn(view, name).rules ?? []).map((rule) => JSON.stringify(rule));
  const [admin, edit, reading] = [new Set(text('admin')), new Set(text('edit')), new Set(text('view'))];
  assert.ok(reading.size > 0 && reading.size < edit.size && edit.size < admin.size);
  assert.ok(reading.isSubsetOf(edit) && edit.isSubsetOf(admin));
});

test('a new role with the label is aggregated', () => {
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  const rules = [{ apiGroups: ['example.org'], resources: ['things'], verbs: ['get'] }];
  const view = viewWith({
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: 'things', labels },
    rules,
  } as KubeObject);
  const gathered = clusterRoleIn(view, 'admin').rules ?? [];
  assert.ok(gathered.some(({ apiGroups = [] }) => apiGroups.includes('example.org')));
});
