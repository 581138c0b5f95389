import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import { Planner } from '../planner.ts';
import { defaultConfiguration } from '../profile.ts';
import { node, pod, viewOf } from '../scheduling-trial.ts';
import { SchedulerState } from '../state/scheduler-state.ts';

const zoned = (name: string, zone: string) =>
  node(name, { labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } });
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { app: 'web' } },
};

/** Where a pod of the app goes beside one that fills a little of zone b, and one that fills more of zone a. */
function chosen(...more: readonly Service[]): string {
  const labels = { app: 'web' };
  const view = viewOf(
    zoned('a1', 'a'),
    zoned('b1', 'b'),
    zoned('b2', 'b'),
    pod('heavy', { nodeName: 'a1', cpu: '1' }, { app: 'other' }),
    pod('light', { nodeName: 'b1', cpu: '100m' }, labels),
    ...more,
  );
  const planner = new Planner(new SchedulerState(view), defaultConfiguration);
  const [change] = planner.plan([pod('next', {}, labels)], { nowMs: 0, seed: 1 }).changes;
  assert.ok(change?.type === 'update');
  return (change.object as Pod).spec?.nodeName ?? '';
}

test('pods of a Service are spread over zones and hosts, others go where there is room', () => {
  assert.equal(chosen(), 'b2');
  assert.equal(chosen(service), 'a1');
});

test('a Service that comes is known to the next plan', () => {
  const view = viewOf(zoned('a1', 'a'), zoned('b1', 'b'));
  const state = new SchedulerState(view);
  const planner = new Planner(state, defaultConfiguration);
  const next = (name: string) => planner.plan([pod(name, {}, { app: 'web' })], { nowMs: 0, seed: 1 });
  next('first');
  state.apply(view.apply(refOf(service), service, 2));
  const version = state.spreadersVersion;
  assert.equal(version, 1);
  state.apply(view.apply(refOf(service), { ...service, status: {} } as Service, 3));
  assert.equal(state.spreadersVersion, version, 'a status spreads nothing');
  next('second');
  assert.equal(state.selections.specs.length, 2);
});
