import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceQuota } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { resourceQuotaController as controller } from './controller.ts';

type Quantities = Readonly<Record<string, string>>;

const nowMs = Date.UTC(2026, 10, 23, 9, 0, 0);
const key = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'shop', name: 'q' };

function quota(hard: Quantities, used?: Quantities): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'shop' },
    spec: { hard },
    ...(used === undefined ? {} : { status: { hard, used } }),
  };
}

function pod(name: string, more: object = {}, metadata: object = {}): KubeObject {
  const containers = [{ name: 'a', resources: { requests: { memory: '512Mi' } } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...metadata },
    spec: { containers },
    ...more,
  } as KubeObject;
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 7);
  return view;
}

function plan(view: MutableView, atMs = nowMs): Plan {
  return controller.plan(key, view, { nowMs: atMs, seed: 0 });
}

function usedIn({ changes }: Plan): Quantities | undefined {
  const [change] = changes;
  return change?.type === 'update' ? (change.object as ResourceQuota).status?.used : undefined;
}

test('a new quota is told what it may have and what is used', () => {
  const hard = { pods: '5', 'requests.memory': '4Gi', 'count/pods': '9', secrets: '3' };
  const view = viewOf(quota(hard), pod('a'), pod('b'), pod('ended', { status: { phase: 'Failed' } }));
  const [change] = plan(view).changes;
  assert.ok(change?.type === 'update' && change.scope === 'status');
  const { status } = change.object as ResourceQuota;
  assert.deepEqual(status, {
    hard,
    used: { pods: '2', 'requests.memory': '1Gi', 'count/pods': '3', secrets: '0' },
  });
});

test('what is counted already is not written again, however it is written', () => {
  const view = viewOf(
    quota({ 'requests.memory': '4Gi' }, { 'requests.memory': '1024Mi' }),
    pod('a'),
    pod('b'),
  );
  assert.deepEqual(plan(view).changes, []);
});

test('a pod that is gone gives its place back', () => {
  const view = viewOf(quota({ pods: '2' }, { pods: '2' }), pod('a'), pod('b'));
  const change = view.apply(refOf(pod('a')), undefined, 8);
  assert.deepEqual(controller.keysFor(change, view), [key]);
  assert.deepEqual(usedIn(plan(view)), { pods: '1' });
});

test('a pod that has ended gives its place back', () => {
  const view = viewOf(quota({ pods: '2' }, { pods: '1' }), pod('a'));
  const ended = pod('a', { status: { phase: 'Succeeded' } });
  assert.deepEqual(controller.keysFor(view.apply(refOf(ended), ended, 8), view), [key]);
  assert.deepEqual(usedIn(plan(view)), { pods: '0' });
});

test('a pod that hangs in its end gives its place back after twice its grace', () => {
  const view = viewOf(quota({ pods: '2' }, { pods: '1' }), pod('a'));
  const ending = pod('a', {}, { deletionTimestamp: '2026-11-23T09:00:30Z', deletionGracePeriodSeconds: 30 });
  assert.deepEqual(controller.keysFor(view.apply(refOf(ending), ending, 8), view), [key]);
  const first = plan(view);
  assert.deepEqual(first.changes, []);
  assert.equal(first.requeueAfterMs, 60_001);
  assert.deepEqual(usedIn(plan(view, nowMs + 60_001)), { pods: '0' });
});

test('what admission has charged, and what nothing is charged for, need no recount', () => {
  const view = viewOf(quota({ pods: '2' }, { pods: '1' }), pod('a'));
  assert.deepEqual(controller.keysFor(view.apply(refOf(pod('b')), pod('b'), 8), view), []);
  const ready = pod('b', { status: { phase: 'Running' } });
  assert.deepEqual(controller.keysFor(view.apply(refOf(ready), ready, 9), view), []);
});

test('a quota that changed is counted again, one that is gone is not', () => {
  const view = viewOf(quota({ pods: '2' }));
  const changed = view.apply(key, quota({ pods: '3' }), 8);
  assert.deepEqual(controller.keysFor(changed, view), [key]);
  const gone = view.apply(key, undefined, 9);
  assert.deepEqual(controller.keysFor(gone, view), []);
  assert.deepEqual(plan(view).changes, []);
});
