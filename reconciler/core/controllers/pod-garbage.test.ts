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
