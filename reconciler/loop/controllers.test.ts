import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../../schemas/kubernetes/types/core-v1.ts';
import { HandClock, quiet } from '../../test/sim/hand-clock.ts';
import { memoryCluster, submitted } from '../../test/sim/memory-cluster.ts';
import type { Controller, Refusal } from '../core/model/controller.ts';
import { refOf } from '../core/model/object.ts';
import type { Random } from '../core/ports.ts';
import { controllerLoop } from './controllers.ts';
import { EventRecorder } from './event-recorder.ts';

const random: Random = { next: () => 0.5, uuid: () => 'never' };

function settings(name: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

/** Wants two objects beside `wish`, of which the second has a name that the API refuses. */
function greedy(refusals: Refusal[]): Controller {
  return {
    name: 'greedy-controller',
    keysFor: ({ ref }) => (ref.name === 'wish' ? [ref] : []),
    plan: (_key, view) => {
      const names = ['granted', 'Not A Name'];
      const missing = names.filter((name) => view.get('v1', 'ConfigMap', 'default', name) === undefined);
      return {
        changes: missing.map((name) => ({ type: 'create', object: settings(name) })),
        events: [],
      };
    },
    refused: (_key, refusal) => {
      refusals.push(refusal);
      const { plan, change } = refusal;
      return { changes: plan.changes.slice(0, plan.changes.indexOf(change)), events: [] };
    },
  };
}

test('what a controller does about a refusal is committed in place of the refused plan, which is tried again', async (context) => {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock);
  const refusals: Refusal[] = [];
  const events = new EventRecorder(cluster, clock, quiet);
  const failed = (error: unknown): void => assert.fail(String(error));
  const loop = controllerLoop(greedy(refusals), { cluster, clock, random, logger: quiet, events, failed });
  loop.start();
  context.after(() => loop.stop());
  await submitted(cluster, { type: 'create', object: settings('wish') });
  await clock.pass(1000);
  assert.notEqual(cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', 'granted'), undefined);
  const [first] = refusals;
  assert.ok(first !== undefined && first.change.type === 'create');
  assert.equal(refOf(first.change.object).name, 'Not A Name');
  assert.equal(first.problem.code, 422);
  const before = refusals.length;
  await clock.pass(200_000);
  assert.ok(refusals.length > before, 'planned again');
});
