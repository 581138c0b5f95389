import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import { decodeObject, type KubeObject, refOf, storeKey } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { MutableView } from '../model/view.ts';
import type { StoreWrite } from '../ports.ts';
import { networkDefaults } from '../registry/allocate.ts';
import { type Transaction, type TransactionContext, transactionOf } from '../registry/transaction.ts';
import { namespace, nowMs, pod } from './testing/admission-requests.ts';

function context(): TransactionContext {
  let uid = 0;
  return { nowMs, uuid: () => `uid-${++uid}`, random: () => 0.5, settings: networkDefaults };
}

const hard = { pods: '3', 'requests.cpu': '2' };
const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', namespace: 'shop', uid: 'q', resourceVersion: '7' },
  spec: { hard },
  status: { hard, used: { pods: '1', 'requests.cpu': '500m' } },
} as KubeObject;
const quotaKey = storeKey(refOf(quota));

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 7);
  return view;
}

function creation(name: string, cpu = '500m'): Change {
  const containers = [{ name: 'a', image: 'nginx', resources: { requests: { cpu } } }];
  return { type: 'create', object: pod({ containers }, { name }) };
}

function writesOf(transaction: Transaction): readonly StoreWrite[] {
  assert.ok(transaction.ok, transaction.ok ? '' : transaction.problem.message);
  return transaction.writes;
}

/** What a store at these revisions would say to the writes: etcd's compare of each key. */
function isCommitted(
  writes: readonly StoreWrite[],
  revisions: Map<string, number>,
  revision: number,
): boolean {
  if (writes.some(({ key, expected }) => expected !== undefined && expected !== (revisions.get(key) ?? 0)))
    return false;
  for (const { key } of writes) revisions.set(key, revision);
  return true;
}

test('pods of one commit are charged together, in one write of the quota', () => {
  const view = viewOf(namespace('shop'), quota);
  const writes = writesOf(transactionOf([creation('a'), creation('b')], view, context()));
  const charged = writes.filter(({ key }) => key === quotaKey);
  assert.equal(charged.length, 1);
  const [write] = charged;
  assert.ok(write?.type === 'put');
  assert.equal(write.expected, 7);
  const { status } = decodeObject(write.value, 8) as ResourceQuota;
  assert.deepEqual(status?.used, { pods: '3', 'requests.cpu': '1500m' });
});

test('a commit that is too much as a whole is refused as a whole', () => {
  const view = viewOf(namespace('shop'), quota);
  const transaction = transactionOf([creation('a'), creation('b'), creation('c')], view, context());
  assert.ok(!transaction.ok);
  assert.equal(
    transaction.problem.message,
    'pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3',
  );
});

test('of two writers who see the same last place one gets it', () => {
  const full = { ...quota, status: { hard, used: { pods: '2', 'requests.cpu': '1' } } } as KubeObject;
  const view = viewOf(namespace('shop'), full);
  const revisions = new Map([[quotaKey, 7]]);
  const first = writesOf(transactionOf([creation('a')], view, context()));
  const second = writesOf(transactionOf([creation('b')], view, context()));
  assert.equal(isCommitted(first, revisions, 8), true);
  assert.equal(isCommitted(second, revisions, 9), false);
  for (const write of first)
    if (write.type === 'put') {
      const object = decodeObject(write.value, 8);
      view.apply(refOf(object), object, 8);
    }
  const again = transactionOf([creation('b')], view, context());
  assert.ok(!again.ok);
  assert.match(again.problem.message, /exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3/);
});

test('writes that use nothing of a quota leave it alone', () => {
  const view = viewOf(namespace('shop'), quota);
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'shop' },
  } as KubeObject;
  const writes = writesOf(transactionOf([{ type: 'create', object }], view, context()));
  assert.deepEqual(
    writes.map(({ key }) => key),
    [storeKey(refOf(object))],
  );
});

test('a quota that the commit changes itself is charged as it is then, and keeps the change', () => {
  const view = viewOf(namespace('shop'), quota);
  const wider = { ...quota, spec: { hard: { pods: '5', 'requests.cpu': '4' } } } as KubeObject;
  const widen: Change = { type: 'update', scope: 'spec', object: wider };
  const pods = [creation('a'), creation('b'), creation('c')];
  for (const changes of [
    [widen, ...pods],
    [...pods.slice(0, 2), widen],
  ]) {
    const writes = writesOf(transactionOf(changes, view, context())).filter(({ key }) => key === quotaKey);
    assert.equal(writes.length, 1);
    const [write] = writes;
    assert.ok(write?.type === 'put' && write.expected === 7);
    const written = decodeObject(write.value, 8) as ResourceQuota;
    assert.deepEqual(written.spec?.hard, { pods: '5', 'requests.cpu': '4' });
    assert.equal(written.status?.used?.['pods'], String(changes.length));
  }
});

test('what pods of a commit need may come with it', () => {
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'builder', namespace: 'shop' },
  };
  const changes = [
    account,
    pod({ serviceAccountName: 'builder', containers: [{ name: 'a', image: 'nginx' }] }),
  ].map((object) => ({ type: 'create', object }) as const);
  assert.equal(writesOf(transactionOf(changes, viewOf(namespace('shop')), context())).length, 2);
  const alone = transactionOf(changes.slice(1), viewOf(namespace('shop')), context());
  assert.ok(!alone.ok);
});

test('a quota that the commit deletes stays deleted', () => {
  const view = viewOf(namespace('shop'), quota);
  const deletion: Change = { type: 'delete', ref: refOf(quota), uid: 'q' };
  for (const changes of [
    [deletion, creation('a')],
    [creation('a'), deletion],
  ]) {
    const writes = writesOf(transactionOf(changes, view, context())).filter(({ key }) => key === quotaKey);
    assert.deepEqual(writes, [{ type: 'delete', key: quotaKey, expected: 7 }]);
  }
});

test('what is not valid hears that, before it hears what it may not', () => {
  const none = { ...quota, spec: { hard: { pods: '0' } }, status: {} } as KubeObject;
  const object = pod({ containers: [{ name: 'a', image: 'nginx', imagePullPolicy: 'Sometimes' }] });
  const transaction = transactionOf([{ type: 'create', object }], viewOf(namespace('shop'), none), context());
  assert.ok(!transaction.ok);
  assert.equal(transaction.problem.code, 422);
});
