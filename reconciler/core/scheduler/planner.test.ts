import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { mix } from '../model/seeded-suffix.ts';
import type { MutableView } from '../model/view.ts';
import { planScheduling } from './plan-scheduling.ts';
import { Planner } from './planner.ts';
import { amountOf, podRequests } from './pod-requests.ts';
import { defaultConfiguration, defaultProfile } from './profile.ts';
import { node, outcome, pod, viewOf } from './scheduling-trial.ts';
import { SchedulerState } from './state/scheduler-state.ts';

/** Nodes and pods of sizes, priorities and labels that a seed decides. */
function crowd(seed: number): { readonly nodes: readonly Node[]; readonly pods: readonly Pod[] } {
  let draws = 0;
  const draw = (bound: number): number => mix(seed, draws++) % bound;
  const nodes = Array.from({ length: 1 + draw(12) }, (_, index) =>
    node(`n${index}`, { cpu: String(1 + draw(6)), memory: `${1 + draw(8)}Gi` }),
  );
  const pods = Array.from({ length: draw(80) }, (_, index) => {
    const group =
      draw(6) === 0
        ? {
            'pod-group.scheduling.sigs.k8s.io/name': `g${draw(3)}`,
            'pod-group.scheduling.sigs.k8s.io/min-available': '3',
          }
        : {};
    return pod(
      `p${index}`,
      { cpu: `${1 + draw(30)}00m`, priority: draw(3) },
      { app: `a${draw(4)}`, ...group },
    );
  });
  return { nodes, pods };
}

function overAllocated(view: MutableView): readonly string[] {
  return view.list<Node>('v1', 'Node').flatMap(({ metadata, status }) => {
    const used = new Map<string, number>();
    for (const one of view.podsOnNode(metadata.name ?? ''))
      for (const [resource, amount] of podRequests(one))
        used.set(resource, (used.get(resource) ?? 0) + amount);
    return [...used]
      .filter(([resource, amount]) => amount > amountOf(resource, status?.allocatable?.[resource] ?? '0'))
      .map(([resource, amount]) => `${metadata.name}: ${amount} of ${resource}`);
  });
}

test('no node is ever given more than it has, and a group is placed whole or not at all', () => {
  for (let seed = 0; seed < 60; seed++) {
    const { nodes, pods } = crowd(seed);
    const view = viewOf(...nodes, ...pods);
    const plan = planScheduling(view, pods.map(refOf), { nowMs: 0, seed });
    for (const change of plan.changes)
      if (change.type === 'update') view.apply(refOf(change.object), change.object, 2);
    assert.deepEqual(overAllocated(view), [], `seed ${seed}`);
    for (const name of ['g0', 'g1', 'g2']) {
      const members = view.podsLabelled('shop', { 'pod-group.scheduling.sigs.k8s.io/name': name });
      const placed = members.filter(({ spec }) => spec?.nodeName !== undefined).length;
      assert.ok(placed === 0 || placed >= 3, `seed ${seed}: ${placed} of ${name}`);
    }
  }
});

test('the same state and seed give the same plan', () => {
  const { nodes, pods } = crowd(7);
  const plan = () => planScheduling(viewOf(...nodes, ...pods), pods.map(refOf), { nowMs: 0, seed: 5 });
  assert.deepEqual(plan(), plan());
});

test('what a plan has said once it does not say again', () => {
  const view = viewOf(node('n1', { cpu: '1' }), pod('a', { cpu: '2' }), pod('b', { cpu: '9' }));
  const state = new SchedulerState(view);
  const planner = new Planner(state, defaultConfiguration);
  const first = planner.plan(view.podsOnNode(''), { nowMs: 0, seed: 1 });
  assert.equal(first.changes.length, 2);
  for (const change of first.changes)
    if (change.type === 'update') state.apply(view.apply(refOf(change.object), change.object, 2));
  assert.deepEqual(planner.plan(view.podsOnNode(''), { nowMs: 9_000, seed: 2 }).changes, []);
});

test('many pods that are alike go one to a node before any node gets two', () => {
  const nodes = Array.from({ length: 30 }, (_, index) => node(`n${index}`));
  const pods = Array.from({ length: 30 }, (_, index) => pod(`p${index}`, { cpu: '100m' }, { app: 'web' }));
  const placed = outcome(nodes, pods).map((text) => text.split(' -> ')[1]);
  assert.equal(new Set(placed).size, 30);
});

test('a pod is placed as the profile of its scheduler name says', () => {
  const packing = {
    ...defaultProfile,
    schedulerName: 'packing',
    fit: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }], shape: [] },
    balanced: [],
  } as const;
  const busy = pod('busy', { nodeName: 'n2', cpu: '2' });
  const pods = [pod('packed', { schedulerName: 'packing', cpu: '1' }), pod('spread', { cpu: '1' })];
  const view = viewOf(node('n1'), node('n2'), busy, ...pods);
  const configuration = { ...defaultConfiguration, profiles: [defaultProfile, packing] };
  const plan = planScheduling(view, pods.map(refOf), { nowMs: 0, seed: 1 }, configuration);
  const nodesOf = plan.changes.map((change) =>
    change.type === 'update' ? [change.object.metadata.name, (change.object as Pod).spec?.nodeName] : [],
  );
  assert.deepEqual(nodesOf, [
    ['packed', 'n2'],
    ['spread', 'n1'],
  ]);
  assert.equal(plan.events[0]?.source, 'packing');
});

test('a pod that is being resized holds the most of what it asks for, was promised and uses', () => {
  const resized: Pod = {
    ...pod('resized', { nodeName: 'n1', cpu: '1' }),
    status: {
      containerStatuses: [
        {
          name: 'main',
          image: 'web:1',
          imageID: '',
          ready: true,
          restartCount: 0,
          allocatedResources: { cpu: '3' },
          resources: { requests: { cpu: '2' } },
        },
      ],
    },
  };
  assert.deepEqual(outcome([node('n1')], [pod('a', { cpu: '2' })], [resized]), [
    'a: 0/1 nodes are available: 1 Insufficient cpu.',
  ]);
  assert.deepEqual(outcome([node('n1')], [pod('a', { cpu: '1' })], [resized]), ['a -> n1']);
});
