import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld, secondsText } from '../../../test/sim/pod-world.ts';
import { boundedVolumes } from './empty-dir-limits.ts';
import { planPod } from './plan-pod.ts';
import { statusOf } from './pod-status.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1' },
  spec: {
    containers: [{ name: 'main', image: 'app:1' }],
    volumes: [
      { name: 'cache', emptyDir: { sizeLimit: '1Ki' } },
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Ki' } },
      { name: 'free', emptyDir: {} },
    ],
  },
};
const message = 'Usage of EmptyDir volume "cache" exceeds the limit "1Ki". ';

test('an emptyDir on disk with a limit is bounded', () => {
  assert.deepEqual(boundedVolumes(pod), [{ name: 'cache', limitBytes: 1024, message }]);
});

test('an evicted pod ends within a second and has failed when nothing of it runs', () => {
  const world = new PodWorld(pod);
  world.settle();
  const evicted = world.input({ ...world.observed, evicted: message });
  const plan = planPod(evicted);
  assert.deepEqual(
    plan.operations.map((operation) => operation.type === 'stop-container' && operation.graceSeconds),
    [1],
  );
  assert.deepEqual(
    plan.events.map(({ severity, reason, message: text }) => [severity, reason, text]),
    [['Warning', 'Evicted', message]],
  );
  assert.equal(statusOf(evicted, pod, secondsText).phase, 'Running');
  world.exit('main', 143);
  const status = statusOf(world.input({ ...world.observed, evicted: message }), pod, secondsText);
  assert.deepEqual([status.phase, status.reason, status.message], ['Failed', 'Evicted', message]);
});
