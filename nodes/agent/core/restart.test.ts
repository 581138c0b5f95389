import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';
import { planPod } from './plan-pod.ts';

const httpGet = { port: 80 };
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1' },
  spec: {
    terminationGracePeriodSeconds: 500,
    containers: [
      {
        name: 'main',
        image: 'app:1',
        startupProbe: { httpGet, terminationGracePeriodSeconds: 10 },
        livenessProbe: { httpGet, terminationGracePeriodSeconds: 20 },
      },
    ],
  },
};

function graceAfter(probe: 'startup' | 'liveness', asked: Pod): number | undefined {
  const world = new PodWorld(asked);
  world.settle();
  const containerId = world.running('main')?.id ?? '';
  const unhealthy = { probe, why: 'failed' };
  const verdict = { containerId, started: undefined, ready: undefined, unhealthy };
  const probes = new Map([['main', verdict]]);
  const [stop] = planPod(world.input({ ...world.observed, probes })).operations;
  return stop?.type === 'stop-container' ? stop.graceSeconds : undefined;
}

test('a container that a probe has restarted ends within that probe’s grace, else within the pod’s', () => {
  assert.equal(graceAfter('startup', pod), 10);
  assert.equal(graceAfter('liveness', pod), 20);
  const [main] = pod.spec?.containers ?? [];
  assert.ok(main !== undefined);
  const bare = { ...pod, spec: { ...pod.spec, containers: [{ ...main, startupProbe: { httpGet } }] } };
  assert.equal(graceAfter('startup', bare), 500);
});
