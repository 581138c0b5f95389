import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inquire } from '../inquiry.ts';
import { defaultProfile, type Profile } from '../profile.ts';
import { pointsOf } from '../scored-nodes.ts';
import { node, pod, viewOf } from '../scheduling-trial.ts';
import { SchedulerState } from '../state/scheduler-state.ts';

const cpu = [{ name: 'cpu', weight: 1 }];

/** Points for a pod of 1 cpu on nodes of 4 with so much taken, by the profile's scores of resources. */
function points(changes: Partial<Profile>, taken: readonly string[]): readonly number[] {
  const nodes = taken.map((_, index) => node(`n${index}`));
  const residents = taken.map((amount, index) => pod(`r${index}`, { nodeName: `n${index}`, cpu: amount }));
  const view = viewOf(...nodes, ...residents);
  const state = new SchedulerState(view);
  const profile = { ...defaultProfile, ...changes };
  const inquiry = inquire(pod('a', { cpu: '1' }), state, profile, view);
  const slots = nodes.map((_, index) => state.table.slotOf(`n${index}`) ?? -1);
  return [...(pointsOf(inquiry, slots).get('NodeResourcesFit') ?? [])];
}

test('the emptier node, the fuller node, or the one that the shape likes best', () => {
  assert.deepEqual(
    points({ fit: { type: 'LeastAllocated', resources: cpu, shape: [] } }, ['0', '1', '3']),
    [75, 50, 0],
  );
  assert.deepEqual(
    points({ fit: { type: 'MostAllocated', resources: cpu, shape: [] } }, ['0', '1', '3']),
    [25, 50, 100],
  );
  const shape = [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 10 },
    { utilization: 100, score: 2 },
  ];
  assert.deepEqual(
    points({ fit: { type: 'RequestedToCapacityRatio', resources: cpu, shape } }, ['0', '1', '3']),
    [50, 100, 20],
  );
});

test('resources weigh as the profile says, and one that no node has weighs nothing', () => {
  const resources = [
    { name: 'cpu', weight: 3 },
    { name: 'memory', weight: 1 },
    { name: 'example.com/gpu', weight: 50 },
  ];
  // Memory: 200 MiB for each of the two containers without a request, of 8 GiB.
  const [score] = points({ fit: { type: 'LeastAllocated', resources, shape: [] } }, ['1']);
  assert.equal(score, Math.floor((3 * 50 + 95) / 4));
});
