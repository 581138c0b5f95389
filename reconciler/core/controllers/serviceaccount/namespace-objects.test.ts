import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Namespace, ServiceAccount } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { serviceAccountController } from './default-account.ts';
import { rootCaController } from './root-ca.ts';

const context = { nowMs: 0, seed: 0 };

function namespace(fields: Partial<Namespace['metadata']> = {}): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...fields } };
}

function planOf(controller: Controller, ...objects: readonly KubeObject[]): Plan {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return controller.plan(refOf(namespace()), view, context);
}

const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'shop' },
};

test('a namespace gets its default service account', () => {
  assert.deepEqual(planOf(serviceAccountController, namespace()).changes, [
    { type: 'create', object: account },
  ]);
});

test('an account that is there is left as people made it', () => {
  const own = { ...account, automountServiceAccountToken: false };
  assert.deepEqual(planOf(serviceAccountController, namespace(), own).changes, []);
});

test('a namespace that ends gets nothing', () => {
  const ending = namespace({ deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.deepEqual(planOf(serviceAccountController, ending).changes, []);
  assert.deepEqual(planOf(rootCaController('PEM'), ending).changes, []);
});

test('the root CA is published, and put back when it was changed', () => {
  const [made] = planOf(rootCaController('PEM'), namespace()).changes;
  assert.ok(made?.type === 'create');
  const map = made.object as ConfigMap;
  assert.deepEqual(map.data, { 'ca.crt': 'PEM' });
  assert.deepEqual(planOf(rootCaController('PEM'), namespace(), map).changes, []);
  const [mended] = planOf(rootCaController('PEM'), namespace(), {
    ...map,
    data: { other: 'x' },
  } as ConfigMap).changes;
  assert.ok(mended?.type === 'update');
  assert.deepEqual(mended.object, map);
});

test('the removal of the object plans its namespace', () => {
  const view = new MutableView();
  view.apply(refOf(namespace()), namespace(), 1);
  const change = { ref: refOf(account), before: account, after: undefined };
  assert.deepEqual(serviceAccountController.keysFor(change, view), [refOf(namespace())]);
  const other = { ...change, ref: { ...change.ref, name: 'builder' } };
  assert.deepEqual(serviceAccountController.keysFor(other, view), []);
});
