import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import { controllerReference } from '../owner.ts';
import { replicaSetController } from './controller.ts';

const labels = { app: 'web' };
const context = { nowMs: 1_767_225_600_000, seed: 7 };

function setOf(replicas: number, name = 'web'): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [] } },
    },
  };
}

function podOf(name: string, owner: ReplicaSet | undefined, phase = 'Running', leaving = false): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      labels,
      ...(owner === undefined ? {} : { ownerReferences: [controllerReference(owner)] }),
      ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: { phase, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

test('pods that have ended or are going do not count; those going are told apart', () => {
  const set = setOf(1);
  const pods = [podOf('a', set), podOf('b', set, 'Failed'), podOf('c', set, 'Running', true)];
  const { changes } = replicaSetController.plan(refOf(set), viewOf(set, ...pods), context);
  const [change] = changes;
  assert.ok(changes.length === 1 && change?.type === 'update' && change.scope === 'status');
  assert.deepEqual((change.object as ReplicaSet).status, {
    replicas: 1,
    fullyLabeledReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 1,
  });
});

test('orphans are adopted while they are active, and pods of other owners left alone', () => {
  const [set, other] = [setOf(5), setOf(1, 'other')];
  const pods = [podOf('orphan', undefined), podOf('ended', undefined, 'Succeeded'), podOf('foreign', other)];
  const { changes } = replicaSetController.plan(refOf(set), viewOf(set, other, ...pods), context);
  assert.deepEqual(
    changes.map((change) => (change.type === 'update' ? change.object.metadata.name : change.type)),
    ['orphan'],
  );
});

test('a change of a pod plans its controller; one without concerns every set that selects it', () => {
  const [set, other] = [setOf(1), setOf(1, 'other')];
  const view = viewOf(set, other);
  const keys = (before: Pod | undefined, after: Pod | undefined) =>
    replicaSetController
      .keysFor({ ref: refOf(podOf('a', set)), before, after }, view)
      .map(({ name }) => name);
  assert.deepEqual(keys(undefined, podOf('a', set)), ['web']);
  assert.deepEqual(keys(podOf('a', set), undefined), ['web']);
  assert.deepEqual(keys(undefined, podOf('a', undefined)), ['other', 'web']);
});

test('one plan makes no more than a burst', () => {
  const set = setOf(10_000);
  const { changes, events } = replicaSetController.plan(refOf(set), viewOf(set), context);
  assert.equal(changes.filter(({ type }) => type === 'create').length, 500);
  assert.equal(events.length, 500);
});

test('of a refused plan the part before the refusal is kept, and told; a namespace that ends is not argued with', () => {
  const set = setOf(3);
  const view = viewOf(set);
  const plan = replicaSetController.plan(refOf(set), view, context);
  const change = plan.changes[1];
  assert.ok(change !== undefined && replicaSetController.refused !== undefined);
  const problem = { code: 403, reason: 'Forbidden', message: 'no room' };
  const instead = replicaSetController.refused(refOf(set), { plan, change, problem }, view, context);
  assert.deepEqual(
    instead.changes.map(({ type }) => type),
    ['create', 'update'],
  );
  assert.deepEqual(
    instead.events.map(({ reason, message }) => [reason, message.replace(/web-\w+/, 'web-x')]),
    [
      ['SuccessfulCreate', 'Created pod: web-x'],
      ['FailedCreate', 'Error creating: no room'],
    ],
  );
  const ending = { ...problem, causes: [{ reason: 'NamespaceTerminating', message: '' }] };
  const silence = replicaSetController.refused(refOf(set), { plan, change, problem: ending }, view, context);
  assert.deepEqual(silence, { changes: [], events: [] });
});
