import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { deploymentController } from './controller.ts';
import { controllerReference } from '../owner.ts';
import { rollingBounds, rolloutOf } from './rollout.ts';
import { withReplicaFailure } from './status.ts';

const labels = { app: 'web' };

function deployment(spec: Partial<NonNullable<Deployment['spec']>> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'd', generation: 1, annotations: { team: 'shop' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
      ...spec,
    },
  };
}

function planFor(...objects: KubeObject[]): Plan {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return deploymentController.plan(refOf(deployment()), view, { nowMs: 1_767_225_600_000, seed: 0 });
}

function created(plan: Plan): ReplicaSet {
  const [change] = plan.changes;
  assert.ok(change?.type === 'create');
  return change.object as ReplicaSet;
}

test('the new set is named, labelled and selected by a hash of the template', () => {
  const set = created(planFor(deployment()));
  const hash = set.metadata.labels?.['pod-template-hash'] ?? '';
  assert.match(hash, /^[0-9a-f]{10}$/);
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.deepEqual(set.spec?.selector.matchLabels, { app: 'web', 'pod-template-hash': hash });
  assert.deepEqual(set.spec?.template?.metadata?.labels, { app: 'web', 'pod-template-hash': hash });
  assert.deepEqual(set.metadata.annotations, {
    team: 'shop',
    'deployment.kubernetes.io/revision': '1',
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
  });
});

test('the order of keys in the template does not change the hash, its content does', () => {
  const reordered = { spec: { containers: [{ image: 'web:1', name: 'main' }] }, metadata: { labels } };
  const other = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:2' }] } };
  const name = created(planFor(deployment())).metadata.name;
  assert.equal(created(planFor(deployment({ template: reordered }))).metadata.name, name);
  assert.notEqual(created(planFor(deployment({ template: other }))).metadata.name, name);
});

test('a name that another set has is counted as a collision, and the next plan takes another one', () => {
  const name = created(planFor(deployment())).metadata.name ?? '';
  const foreign: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop', uid: 'x' },
  };
  const [change] = planFor(deployment(), foreign).changes;
  assert.ok(change?.type === 'update' && change.scope === 'status');
  const status = (change.object as Deployment).status;
  assert.equal(status?.collisionCount, 1);
  const next = created(planFor({ ...deployment(), status } as Deployment, foreign));
  assert.notEqual(next.metadata.name, name);
});

test('a Deployment that selects everything is told so, once', () => {
  const plan = planFor(deployment({ selector: {} }));
  assert.deepEqual(
    plan.events.map(({ reason }) => reason),
    ['SelectingAll'],
  );
  const [change] = plan.changes;
  assert.ok(change?.type === 'update');
  assert.deepEqual(planFor(change.object).changes, []);
  assert.deepEqual(planFor(change.object).events, []);
});

test('surge rounds up, unavailability down, and both are never zero', () => {
  const bounds = (maxSurge: number | string, maxUnavailable: number | string, replicas: number) =>
    rollingBounds(
      { ...deployment().spec, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } } as NonNullable<
        Deployment['spec']
      >,
      replicas,
    );
  assert.deepEqual(bounds('25%', '25%', 10), { maxSurge: 3, maxUnavailable: 2 });
  assert.deepEqual(bounds('25%', '25%', 1), { maxSurge: 1, maxUnavailable: 0 });
  assert.deepEqual(bounds(0, '10%', 5), { maxSurge: 0, maxUnavailable: 1 });
  assert.deepEqual(bounds(1, 9, 5), { maxSurge: 1, maxUnavailable: 5 });
});

function ownedSet(name: string, annotations: Readonly<Record<string, string>>, image: string): ReplicaSet {
  const owner = deployment();
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      labels,
      annotations,
      ownerReferences: [controllerReference(owner)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

test('revisions are 64-bit numbers: a large one of an adopted set is counted on exactly', () => {
  const old = ownedSet('web-old', { 'deployment.kubernetes.io/revision': '3546343826724305832' }, 'web:0');
  const set = created(planFor(deployment(), old));
  assert.equal(set.metadata.annotations?.['deployment.kubernetes.io/revision'], '3546343826724305833');
});

test('the failure of the new set to make pods is told before that of an old one, and goes with it', () => {
  const failure = (reason: string) => [{ type: 'ReplicaFailure', status: 'True', reason, message: reason }];
  const old: ReplicaSet = {
    ...ownedSet('web-old', {}, 'web:0'),
    status: { replicas: 0, conditions: failure('FailedDelete') },
  };
  const current: ReplicaSet = {
    ...ownedSet('web-new', {}, 'web:1'),
    status: { replicas: 0, conditions: failure('FailedCreate') },
  };
  const told = (...sets: readonly ReplicaSet[]) =>
    withReplicaFailure(
      { conditions: [] },
      rolloutOf(
        deployment(),
        deployment().spec as NonNullable<Deployment['spec']>,
        sets,
        new MutableView(),
        0,
      ),
    ).conditions?.map(({ reason }) => reason);
  assert.deepEqual(told(old, current), ['FailedCreate']);
  assert.deepEqual(told(old), ['FailedDelete']);
  assert.deepEqual(told(), []);
});
