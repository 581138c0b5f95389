import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../../schemas/kubernetes/types/policy-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { disruptionController } from './controller.ts';

const nowMs = 1_767_225_600_000;
const labels = { app: 'web' };

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', uid: 'd' },
  spec: { replicas: 4 },
} as KubeObject;

const set = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', namespace: 'default', uid: 'r', ownerReferences: [owner(deployment)] },
  spec: { replicas: 1 },
} as KubeObject;

function owner({ apiVersion, kind, metadata }: KubeObject): object {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
}

function pod(name: string, ready: boolean, more: object = {}): Pod {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels, ownerReferences: [owner(set)], ...more },
    spec: { containers: [] },
    status: { phase: 'Running', conditions },
  } as unknown as Pod;
}

function budget(spec: object, status?: object): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', generation: 2 },
    spec: { selector: { matchLabels: labels }, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

function planned(of: PodDisruptionBudget, ...objects: readonly KubeObject[]): Plan {
  const view = new MutableView();
  for (const object of [of, ...objects]) view.apply(refOf(object), object, 1);
  return disruptionController.plan(refOf(of), view, { nowMs, seed: 0 });
}

function statusOf({ changes }: Plan): NonNullable<PodDisruptionBudget['status']> {
  const [change] = changes;
  assert.ok(change?.type === 'update');
  return (change.object as PodDisruptionBudget).status ?? {};
}

const three = [pod('a', true), pod('b', true), pod('c', false)];

for (const [spec, desired, allowed] of [
  [{ minAvailable: 1 }, 1, 1],
  [{ minAvailable: 2 }, 2, 0],
  [{ minAvailable: '50%' }, 2, 0],
  [{ maxUnavailable: 3 }, 1, 1],
  [{ maxUnavailable: '50%' }, 2, 0],
] as const) {
  test(`of four pods wanted and two ready, ${JSON.stringify(spec)} allows ${allowed}`, () => {
    const status = statusOf(planned(budget(spec), deployment, set, ...three));
    assert.deepEqual(
      [status.currentHealthy, status.desiredHealthy, status.disruptionsAllowed],
      [2, desired, allowed],
    );
    assert.equal(status.observedGeneration, 2);
    assert.equal(status.conditions?.[0]?.reason, allowed > 0 ? 'SufficientPods' : 'InsufficientPods');
  });
}

test('a budget by percentage counts no pods that nobody scales, and says so', () => {
  const lonely = pod('a', true, { ownerReferences: [] });
  const plan = planned(budget({ minAvailable: '50%' }), lonely);
  assert.deepEqual([statusOf(plan).disruptionsAllowed, statusOf(plan).expectedPods], [0, 0]);
  assert.equal(statusOf(plan).conditions?.[0]?.reason, 'InsufficientPods');
  assert.equal(plan.events[0]?.reason, 'UnmanagedPods');
  assert.equal(planned(budget({ minAvailable: 1 })).events[0]?.reason, 'NoPods');
});

test('pods whose controller is gone, or has no scale, leave a budget by percentage without numbers', () => {
  const owners = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'nobody', controller: true }];
  const plan = planned(budget({ maxUnavailable: 1 }), pod('a', true, { ownerReferences: owners }));
  assert.equal(statusOf(plan).conditions?.[0]?.reason, 'SyncFailed');
  assert.match(plan.events[0]?.message ?? '', /found no controllers for pod "a"/);
});

test('an evicted pod counts no more, until it is clear that it stays', () => {
  const evicted = (secondsAgo: number): Plan => {
    const time = new Date(nowMs - secondsAgo * 1000).toISOString();
    return planned(budget({ minAvailable: 1 }, { disruptedPods: { a: time } }), deployment, set, ...three);
  };
  assert.deepEqual([statusOf(evicted(10)).currentHealthy, evicted(10).requeueAfterMs], [1, 110_000]);
  assert.deepEqual(
    [statusOf(evicted(130)).currentHealthy, statusOf(evicted(130)).disruptedPods],
    [2, undefined],
  );
});

test('a second plan changes nothing', () => {
  const first = planned(budget({ minAvailable: 1 }), deployment, set, ...three);
  const after = budget({ minAvailable: 1 }, statusOf(first));
  assert.deepEqual(planned(after, deployment, set, ...three).changes, []);
});
