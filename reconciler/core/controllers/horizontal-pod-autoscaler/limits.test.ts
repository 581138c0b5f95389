import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
} from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import { limit, type Past } from './limits.ts';

const nowMs = 10_000_000;
const nothing: Past = { recommendations: [], events: [] };

function autoscaler(behavior?: HorizontalPodAutoscalerBehavior, maxReplicas = 100): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      minReplicas: 2,
      maxReplicas,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
}

function outcome(
  of: HorizontalPodAutoscaler,
  current: number,
  wanted: number,
  past: Past = nothing,
): readonly unknown[] {
  const { replicas, able, limited } = limit(of, current, wanted, past, nowMs);
  return [replicas, able.reason, limited.status, limited.reason];
}

function wanted(secondsAgo: number, replicas: number): Past {
  return { recommendations: [{ atMs: nowMs - secondsAgo * 1000, replicas }], events: [] };
}

test('without a behavior a size at most doubles, and always may reach four', () => {
  assert.deepEqual(outcome(autoscaler(), 10, 50), [20, 'ReadyForNewScale', 'True', 'ScaleUpLimit']);
  assert.deepEqual(outcome(autoscaler(), 1, 9), [4, 'ReadyForNewScale', 'True', 'ScaleUpLimit']);
});

test('bounds hold', () => {
  assert.deepEqual(outcome(autoscaler(undefined, 12), 10, 15), [
    12,
    'ReadyForNewScale',
    'True',
    'TooManyReplicas',
  ]);
  assert.deepEqual(outcome(autoscaler(), 3, 1), [2, 'ReadyForNewScale', 'True', 'TooFewReplicas']);
  assert.deepEqual(outcome(autoscaler(), 3, 5), [5, 'ReadyForNewScale', 'False', 'DesiredWithinRange']);
});

test('for five minutes the highest size that was wanted counts', () => {
  assert.deepEqual(outcome(autoscaler(), 8, 3, wanted(200, 7)), [
    7,
    'ScaleDownStabilized',
    'False',
    'DesiredWithinRange',
  ]);
  assert.deepEqual(outcome(autoscaler(), 8, 3, wanted(301, 7)), [
    3,
    'ReadyForNewScale',
    'False',
    'DesiredWithinRange',
  ]);
});

test('a window on the way up waits for the lowest size that was wanted', () => {
  const slow = {
    scaleUp: {
      stabilizationWindowSeconds: 60,
      policies: [{ type: 'Percent', value: 900, periodSeconds: 15 }],
    },
  };
  assert.deepEqual(outcome(autoscaler(slow), 4, 9, wanted(30, 6)), [
    6,
    'ScaleUpStabilized',
    'False',
    'DesiredWithinRange',
  ]);
  assert.deepEqual(outcome(autoscaler(slow), 4, 9, wanted(61, 6)), [
    9,
    'ReadyForNewScale',
    'False',
    'DesiredWithinRange',
  ]);
});

test('policies bound the change of a period, the most of them by default', () => {
  const policies = [
    { type: 'Pods', value: 4, periodSeconds: 60 },
    { type: 'Percent', value: 50, periodSeconds: 60 },
  ];
  const most = { scaleUp: { policies }, scaleDown: { policies, stabilizationWindowSeconds: 0 } };
  assert.deepEqual(outcome(autoscaler(most), 20, 90), [30, 'ReadyForNewScale', 'True', 'ScaleUpLimit']);
  assert.deepEqual(outcome(autoscaler(most), 20, 3), [10, 'ReadyForNewScale', 'True', 'ScaleDownLimit']);
  const least = {
    scaleUp: { policies, selectPolicy: 'Min' },
    scaleDown: { policies, selectPolicy: 'Min', stabilizationWindowSeconds: 0 },
  };
  assert.equal(outcome(autoscaler(least), 20, 90)[0], 24);
  assert.equal(outcome(autoscaler(least), 20, 3)[0], 16);
});

test('what was changed within the period counts against a policy', () => {
  const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } };
  const past = (secondsAgo: number): Past => ({
    recommendations: [],
    events: [{ atMs: nowMs - secondsAgo * 1000, change: 3 }],
  });
  assert.equal(outcome(autoscaler(behavior), 8, 20, past(30))[0], 9);
  assert.equal(outcome(autoscaler(behavior), 8, 20, past(70))[0], 12);
});

test('a direction that is disabled is not taken', () => {
  const fixed = { scaleDown: { selectPolicy: 'Disabled', stabilizationWindowSeconds: 0 } };
  assert.deepEqual(outcome(autoscaler(fixed), 8, 3), [8, 'ReadyForNewScale', 'True', 'ScaleDownLimit']);
});
