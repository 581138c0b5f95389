import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';

function podOf(spec: Partial<PodSpec>): Pod {
  const metadata = { name: 'web', namespace: 'default', uid: 'u1' };
  const containers = [{ name: 'main', image: 'app:1' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } };
}

test('a pod that runs longer than its deadline fails, and stays failed for that reason', () => {
  const world = new PodWorld(podOf({ activeDeadlineSeconds: 10 }));
  world.runUntil(9_000);
  assert.equal(world.status?.phase, 'Running');
  world.runUntil(60_000);
  assert.deepEqual(world.trace.slice(-3), [
    't10 event DeadlineExceeded: Pod was active on the node longer than the specified deadline',
    't10 stop-container main grace 30',
    't10 stop-sandbox/sandbox-0',
  ]);
  assert.equal(world.status?.phase, 'Failed');
  assert.equal(world.status.reason, 'DeadlineExceeded');
  assert.equal(world.status.message, 'Pod was active on the node longer than the specified deadline');
});

test('a deadline that is set later counts from the start of the pod', () => {
  const world = new PodWorld(podOf({}));
  world.runUntil(20_000);
  world.pod = podOf({ activeDeadlineSeconds: 5 });
  world.settle();
  assert.equal(world.status?.reason, 'DeadlineExceeded');
});

test('a pod that never came to run fails as well', () => {
  const world = new PodWorld(podOf({ activeDeadlineSeconds: 10 }));
  world.images = new Set();
  world.runUntil(11_000);
  assert.equal(world.status?.phase, 'Failed');
  assert.equal(world.status.reason, 'DeadlineExceeded');
});

test('a pod that ended in time keeps its end', () => {
  const world = new PodWorld(podOf({ activeDeadlineSeconds: 10, restartPolicy: 'Never' }));
  world.settle();
  world.exit('main', 0);
  world.runUntil(60_000);
  assert.equal(world.status?.phase, 'Succeeded');
  assert.equal(world.status.reason, undefined);
});
