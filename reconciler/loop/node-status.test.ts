import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease } from '../../schemas/kubernetes/types/coordination-v1.ts';
import type { Node } from '../../schemas/kubernetes/types/core-v1.ts';
import type { NodeReport } from '../../schemas/wire/messages.ts';
import { type KubeObject, refOf } from '../core/model/object.ts';
import type { Change } from '../core/model/plan.ts';
import { MutableView } from '../core/model/view.ts';
import { nodeChanges } from './node-status.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'n1-uid' } };
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-node-lease' } };

function report(ready = true): NodeReport {
  return {
    type: 'node',
    capacity: { cpu: '4' },
    allocatable: { cpu: '4' },
    nodeInfo: {} as NodeReport['nodeInfo'],
    addresses: [],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    images: [],
  };
}

/** A view that takes what is written into it. */
function worldOf(...objects: readonly KubeObject[]) {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return (atMs: number, reported = report()): readonly string[] => {
    const changes: readonly Change[] = nodeChanges(view, 'n1', reported, atMs);
    for (const change of changes)
      if (change.type !== 'delete') view.apply(refOf(change.object), change.object, 2);
    return changes.map((change) => (change.type === 'delete' ? '' : change.object.kind));
  };
}

test('a host that says nothing new renews its lease alone, for five minutes', () => {
  const told = worldOf(node, namespace);
  assert.deepEqual(told(startMs), ['Node', 'Lease']);
  assert.deepEqual(told(startMs + 10_000), ['Lease']);
  assert.deepEqual(told(startMs + 299_000), ['Lease']);
  assert.deepEqual(told(startMs + 300_000), ['Node', 'Lease']);
});

test('what is new is written at once, and so is everything after the clock was set', () => {
  const told = worldOf(node, namespace);
  told(startMs);
  assert.deepEqual(told(startMs + 10_000, report(false)), ['Node', 'Lease']);
  assert.deepEqual(told(startMs - 86_400_000, report(false)), ['Node', 'Lease']);
});

test('without a place for leases each report is written to the Node', () => {
  const told = worldOf(node);
  assert.deepEqual(told(startMs), ['Node']);
  assert.deepEqual(told(startMs + 10_000), ['Node']);
});

test("a lease is the node's, and goes with it", () => {
  const view = new MutableView();
  for (const object of [node, namespace]) view.apply(refOf(object), object, 1);
  const lease = nodeChanges(view, 'n1', report(), startMs + 5)
    .map((change) => (change.type === 'delete' ? undefined : change.object))
    .find((object): object is Lease => object?.kind === 'Lease');
  assert.deepEqual(lease?.metadata.ownerReferences, [
    { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'n1-uid' },
  ]);
  assert.deepEqual(lease?.spec, {
    holderIdentity: 'n1',
    leaseDurationSeconds: 40,
    renewTime: '2026-01-01T00:00:00.005000Z',
  });
});

test('what was advertised on the Node by hand stays there, all of it to be given', () => {
  const advertised: Node = { ...node, status: { capacity: { cpu: '2', 'example.com/dongle': '4' } } };
  const view = new MutableView();
  view.apply(refOf(advertised), advertised, 1);
  const [change] = nodeChanges(view, 'n1', report(), startMs);
  assert.ok(change?.type === 'update');
  const { capacity, allocatable } = (change.object as Node).status ?? {};
  assert.deepEqual(capacity, { 'example.com/dongle': '4', cpu: '4' });
  assert.deepEqual(allocatable, { 'example.com/dongle': '4', cpu: '4' });
});
