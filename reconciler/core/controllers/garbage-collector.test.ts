import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ObjectMeta, OwnerReference } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { MutableView } from '../model/view.ts';
import { garbageCollector } from './garbage-collector.ts';

function map(name: string, metadata: Partial<ObjectMeta> = {}): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...metadata },
  };
}

function owner(name: string, fields: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: `uid-${name}`, ...fields };
}

function planFor(object: ConfigMap, ...others: ConfigMap[]): readonly Change[] {
  const view = new MutableView();
  for (const one of [object, ...others]) view.apply(refOf(one), one, 1);
  return garbageCollector.plan(refOf(object), view, { nowMs: 0, seed: 0 }).changes;
}

const deletion = {
  type: 'delete',
  ref: refOf(map('child')),
  uid: 'uid-child',
  propagation: 'Background',
} as const;
const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };

test('an object without owners, or with living ones, stays', () => {
  assert.deepEqual(planFor(map('child')), []);
  assert.deepEqual(planFor(map('child', { ownerReferences: [owner('a')] }), map('a')), []);
});

test('an object whose owners are all gone goes', () => {
  assert.deepEqual(planFor(map('child', { ownerReferences: [owner('a'), owner('b')] })), [deletion]);
});

test('a namesake with another uid is no owner', () => {
  assert.deepEqual(planFor(map('child', { ownerReferences: [owner('a', { uid: 'former' })] }), map('a')), [
    deletion,
  ]);
});

test('one living owner is enough; references to the others are dropped', () => {
  const [change] = planFor(map('child', { ownerReferences: [owner('a'), owner('b')] }), map('b'));
  assert.ok(change?.type === 'update');
  assert.deepEqual(change.object.metadata.ownerReferences, [owner('b')]);
});

test('an owner of a kind that is not kept here is not taken for gone', () => {
  const reference = owner('a', { apiVersion: 'example.com/v1', kind: 'Widget' });
  assert.deepEqual(planFor(map('child', { ownerReferences: [reference] })), []);
});

test('a namespaced owner does not own across namespaces', () => {
  const child = map('child', { ownerReferences: [owner('a')] });
  assert.deepEqual(planFor(child, map('a', { namespace: 'other' })), [deletion]);
});

test('a foreground deletion waits for dependents that block it, and for no others', () => {
  const parent = map('parent', { ...leaving, finalizers: ['foregroundDeletion'] });
  const blocking = map('child', { ownerReferences: [owner('parent', { blockOwnerDeletion: true })] });
  const indifferent = map('child', { ownerReferences: [owner('parent')] });
  assert.deepEqual(planFor(parent, blocking), []);
  const [change] = planFor(parent, indifferent);
  assert.ok(change?.type === 'update');
  assert.equal(change.object.metadata.finalizers, undefined);
  assert.deepEqual(planFor(blocking, parent), [deletion]);
});

test('an orphaning deletion first lets every dependent go', () => {
  const parent = map('parent', { ...leaving, finalizers: ['orphan', 'example.com/mine'] });
  const child = map('child', { ownerReferences: [owner('parent'), owner('b')] });
  const [release] = planFor(parent, child, map('b'));
  assert.ok(release?.type === 'update');
  assert.deepEqual(release.object.metadata.ownerReferences, [owner('b')]);
  const [end] = planFor(parent);
  assert.ok(end?.type === 'update');
  assert.deepEqual(end.object.metadata.finalizers, ['example.com/mine']);
});
