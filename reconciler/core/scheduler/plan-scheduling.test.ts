import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { planScheduling } from './plan-scheduling.ts';
import { node, outcome, pod, viewOf } from './scheduling-trial.ts';

test('one plan fills nodes and never beyond what they have', () => {
  const pods = ['a', 'b', 'c', 'd', 'e'].map((name) => pod(name, { cpu: '1500m' }));
  const results = outcome([node('n1'), node('n2')], pods);
  assert.equal(results.filter((result) => result.endsWith('n1')).length, 2);
  assert.equal(results.filter((result) => result.endsWith('n2')).length, 2);
  assert.equal(results.at(-1), 'e: 0/2 nodes are available: 2 Insufficient cpu.');
});

test('the same seed gives the same plan', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'].map((name) => node(name));
  const pods = ['a', 'b', 'c'].map((name) => pod(name));
  assert.deepEqual(outcome(nodes, pods, [], 5), outcome(nodes, pods, [], 5));
  const seeds = Array.from({ length: 20 }, (_, seed) => outcome(nodes, [pod('a')], [], seed)[0]);
  assert.ok(new Set(seeds).size > 1, 'equal nodes are chosen from by the seed');
});

test('higher priority goes first, then the older pod', () => {
  const aged = (name: string, priority: number, creationTimestamp: string): Pod => {
    const one = pod(name, { priority, cpu: '3' });
    return { ...one, metadata: { ...one.metadata, creationTimestamp } };
  };
  const pods = [
    aged('young', 0, '2026-01-01T00:00:02Z'),
    aged('old', 0, '2026-01-01T00:00:01Z'),
    aged('vital', 100, '2026-01-01T00:00:03Z'),
  ];
  const results = outcome([node('n1'), node('n2')], pods);
  assert.deepEqual(
    results.map((result) => result.split(/[ :]/)[0]),
    ['vital', 'old', 'young'],
  );
});

test('terminal pods give their room back, terminating ones not yet', () => {
  const ended: Pod = { ...pod('ended', { nodeName: 'n1', cpu: '4' }), status: { phase: 'Failed' } };
  assert.deepEqual(outcome([node('n1')], [pod('a', { cpu: '1' })], [ended]), ['a -> n1']);
  const ending = pod('ending', { nodeName: 'n1', cpu: '4' });
  const marked: Pod = {
    ...ending,
    metadata: { ...ending.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  };
  assert.deepEqual(outcome([node('n1')], [pod('a', { cpu: '1' })], [marked]), [
    'a: 0/1 nodes are available: 1 Insufficient cpu.',
  ]);
});

test('each node is counted with the first filter that refuses it', () => {
  const nodes = [
    node('n1', { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] }),
    node('n2', {
      taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }],
      ready: 'Unknown',
    }),
    node('n3', { ready: 'False' }),
    node('n4', { cpu: '1' }),
  ];
  const selective = pod('a', { nodeSelector: { disk: 'ssd' }, cpu: '2' });
  assert.deepEqual(outcome(nodes, [selective]), [
    "a: 0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were not ready, 2 node(s) had untolerated taint(s).",
  ]);
});

test('required node affinity: one term is enough, all of its requirements are needed', () => {
  const nodes = [
    node('n1', { labels: { disk: 'ssd', cores: '4' } }),
    node('n2', { labels: { disk: 'ssd', cores: '16' } }),
    node('n3'),
  ];
  const affine = (
    nodeSelectorTerms: NonNullable<
      NonNullable<PodSpec['affinity']>['nodeAffinity']
    >['requiredDuringSchedulingIgnoredDuringExecution'],
  ) =>
    pod('a', {
      affinity: {
        nodeAffinity: {
          ...(nodeSelectorTerms === undefined
            ? {}
            : { requiredDuringSchedulingIgnoredDuringExecution: nodeSelectorTerms }),
        },
      },
    });
  const big = {
    matchExpressions: [
      { key: 'disk', operator: 'Exists' },
      { key: 'cores', operator: 'Gt', values: ['8'] },
    ],
  };
  const named = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n3'] }] };
  assert.deepEqual(outcome(nodes, [affine({ nodeSelectorTerms: [big] })]), ['a -> n2']);
  assert.deepEqual(outcome(nodes, [affine({ nodeSelectorTerms: [{ matchExpressions: [] }, named] })]), [
    'a -> n3',
  ]);
  const [refusal] = outcome(nodes, [affine({ nodeSelectorTerms: [{}] })]);
  assert.match(refusal ?? '', /3 node\(s\) didn't match Pod's node affinity/);
});

test('preferences decide between nodes that would all do', () => {
  const reluctant = node('n1', { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] });
  assert.deepEqual(outcome([reluctant, node('n2', { cpu: '2' })], [pod('a')]), ['a -> n2']);
  const preferred = {
    weight: 50,
    preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
  };
  const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred] } };
  assert.deepEqual(outcome([node('n1'), node('n2', { labels: { disk: 'ssd' } })], [pod('a', { affinity })]), [
    'a -> n2',
  ]);
  const images = [{ names: ['web:1'], sizeBytes: 800 * 2 ** 20 }];
  assert.deepEqual(outcome([node('n1'), node('n2', { images })], [pod('a')]), ['a -> n2']);
});

test('an emptier node is better', () => {
  const busy = pod('busy', { nodeName: 'n1', cpu: '3' });
  assert.deepEqual(outcome([node('n1'), node('n2')], [pod('a', { cpu: '100m' })], [busy]), ['a -> n2']);
});

test('what the scheduler cannot do yet is said, and no pod is placed as if it had not been asked', () => {
  const claims = pod('a', { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] });
  assert.deepEqual(outcome([node('n1')], [claims]), [
    'a: 0/1 nodes are available: the scheduler does not support spec.resourceClaims yet.',
  ]);
});

test('pods of other schedulers and those that are bound are left alone', () => {
  assert.deepEqual(
    outcome([node('n1')], [pod('a', { schedulerName: 'mine' }), pod('b', { nodeName: 'n9' })]),
    [],
  );
});

test('a plan binds no more than one commit takes, and asks for its next turn', () => {
  const pods = Array.from({ length: 600 }, (_, index) => pod(`p${index}`));
  const nodes = Array.from({ length: 6 }, (_, index) => node(`n${index}`));
  const view = viewOf(...nodes, ...pods);
  const plan = planScheduling(view, pods.map(refOf), { nowMs: 0, seed: 1 });
  assert.equal(plan.changes.length, 500);
  assert.equal(plan.requeueAfterMs, 0);
});
