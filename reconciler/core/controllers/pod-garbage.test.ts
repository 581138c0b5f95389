import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { podGarbageController } from './pod-garbage.ts';

function podOf(name: string, phase: string, createdAt: string, reason?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp: createdAt },
    status: { phase, ...(reason === undefined ? {} : { reason }) },
  };
}

test('beyond the bound the evicted pods go first, then those that are oldest; who runs is not counted', () => {
  const view = new MutableView();
  for (const pod of [
    podOf('new', 'Succeeded', '2026-01-01T00:00:03Z'),
    podOf('old', 'Failed', '2026-01-01T00:00:01Z'),
    podOf('evicted', 'Failed', '2026-01-01T00:00:04Z', 'Evicted'),
    podOf('runs', 'Running', '2026-01-01T00:00:00Z'),
    podOf('middle', 'Succeeded', '2026-01-01T00:00:02Z'),
  ])
    view.apply(refOf(pod), pod, 1);
  const key = { apiVersion: 'v1', kind: 'Pod', namespace: '', name: '' };
  const removed = (max: number): readonly string[] =>
    podGarbageController(max)
      .plan(key, view, { nowMs: 0, seed: 0 })
      .changes.map((change) => (change.type === 'delete' ? change.ref.name : ''));
  assert.deepEqual(removed(4), []);
  assert.deepEqual(removed(2), ['evicted', 'old']);
  assert.deepEqual(removed(1), ['evicted', 'old', 'middle']);
});

test('a pod that no host ever had has failed before it goes, so that its finalizer’s owner can count it', () => {
  const view = new MutableView();
  const pod = podOf('waits', 'Pending', '2026-01-01T00:00:00Z');
  const metadata = {
    ...pod.metadata,
    deletionTimestamp: '2026-01-01T00:00:05Z',
    deletionGracePeriodSeconds: 0,
    finalizers: ['batch.kubernetes.io/job-tracking'],
  };
  const deleted: Pod = { ...pod, metadata };
  const controller = podGarbageController();
  const planned = (stored: Pod): readonly unknown[] => {
    view.apply(refOf(stored), stored, 1);
    return controller.plan(refOf(stored), view, { nowMs: 0, seed: 0 }).changes;
  };
  const failed = { ...deleted, status: { ...deleted.status, phase: 'Failed' } };
  assert.deepEqual(planned(deleted), [{ type: 'update', scope: 'status', object: failed }]);
  assert.deepEqual(planned(failed), []);
});
