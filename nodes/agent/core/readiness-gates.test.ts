import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';

function podWith(conditions: readonly PodCondition[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: {
      containers: [{ name: 'main', image: 'app:1' }],
      readinessGates: [{ conditionType: 'shop/open' }],
    },
    status: { conditions },
  };
}

test('a pod is ready when its containers are and others have said so of each gate', () => {
  const world = new PodWorld(podWith([]));
  const ready = (): PodCondition | undefined =>
    world.status?.conditions?.find(({ type }) => type === 'Ready');
  world.settle();
  assert.equal(ready()?.status, 'False');
  assert.equal(ready()?.reason, 'ReadinessGatesNotReady');
  assert.equal(ready()?.message, 'corresponding condition of pod readiness gate "shop/open" does not exist.');
  world.pod = podWith([{ type: 'shop/open', status: 'False' }]);
  world.settle();
  assert.equal(ready()?.message, 'the status of pod readiness gate "shop/open" is not "True", but False');
  world.pod = podWith([{ type: 'shop/open', status: 'True' }]);
  world.settle();
  assert.equal(ready()?.status, 'True');
});
