import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { statefulSetController } from './controller.ts';
import { memberOf } from './identity.ts';

const labels = { app: 'db' };
const context = { nowMs: 1_767_225_600_000, seed: 0 };

function setOf(spec: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'my-db', namespace: 'shop', uid: 'set', generation: 1 },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'main' }],
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
      ...spec,
    },
  };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function created(plan: Plan): readonly KubeObject[] {
  return plan.changes.flatMap((change) => (change.type === 'create' ? [change.object] : []));
}

function claimOf(name: string, metadata: Partial<PersistentVolumeClaim['metadata']>): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'shop', uid: name, ...metadata },
  };
}

test('members are known by their names alone', () => {
  assert.deepEqual(memberOf('my-db-12'), { set: 'my-db', ordinal: 12 });
  for (const name of ['db', 'db-', '-1', 'db-1x', 'db-99999999999']) assert.equal(memberOf(name), undefined);
});

test('the claims of a pod come before it and take the place of volumes of their name', () => {
  const set = setOf();
  const objects = created(statefulSetController.plan(refOf(set), viewOf(set), context));
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.name?.replace(/-[0-9a-f]{10}$/, '-HASH') ?? ''}`),
    ['ControllerRevision my-db-HASH', 'PersistentVolumeClaim data-my-db-0', 'Pod my-db-0'],
  );
  const { spec } = objects[2] as Pod;
  assert.deepEqual([spec?.hostname, spec?.subdomain], ['my-db-0', 'db']);
  assert.deepEqual(spec?.volumes, [
    { name: 'data', persistentVolumeClaim: { claimName: 'data-my-db-0' } },
    { name: 'tmp', emptyDir: {} },
  ]);
});

test('a name is not given while somebody else bears it, or while a claim of its former bearer is going', () => {
  const set = setOf();
  const namesake: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'my-db-0', namespace: 'shop', uid: 'x' },
  };
  const former = { apiVersion: 'v1', kind: 'Pod', name: 'my-db-0', uid: 'former' };
  const blockers = [
    namesake,
    claimOf('data-my-db-0', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    claimOf('data-my-db-0', { ownerReferences: [former] }),
  ];
  for (const blocker of blockers) {
    const objects = created(statefulSetController.plan(refOf(set), viewOf(set, blocker), context));
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['ControllerRevision'],
    );
  }
});

test('a claim that another controller owns is used, and its owners left alone', () => {
  const set = setOf({
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  const owner = { apiVersion: 'example.com/v1', kind: 'Backup', name: 'b', uid: 'b', controller: true };
  const claim = claimOf('data-my-db-0', { ownerReferences: [owner] });
  const { changes } = statefulSetController.plan(refOf(set), viewOf(set, claim), context);
  assert.ok(
    !changes.some((change) => change.type === 'update' && change.object.kind === 'PersistentVolumeClaim'),
  );
  assert.ok(changes.some((change) => change.type === 'create' && change.object.kind === 'Pod'));
});

test('a claim that goes plans the sets that may have named it, one that is bound plans none', () => {
  const set = setOf();
  const view = viewOf(set);
  const claim = claimOf('data-my-db-0', {});
  const bound = { ...claim, status: { phase: 'Bound' } };
  const keys = (before: KubeObject | undefined, after: KubeObject | undefined) =>
    statefulSetController.keysFor({ ref: refOf(claim), before, after }, view).map(({ name }) => name);
  assert.deepEqual(keys(claim, undefined), ['my-db']);
  assert.deepEqual(keys(claim, bound), []);
});

test('a set that is being taken apart makes nothing, not even its revision', () => {
  const set = setOf();
  const leaving = { ...set, metadata: { ...set.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  assert.deepEqual(statefulSetController.plan(refOf(set), viewOf(leaving), context).changes, []);
});

test('conditions that others told stay', () => {
  const conditions = [{ type: 'StatusUpdate', status: 'True' }];
  const set = { ...setOf(), status: { replicas: 0, conditions } };
  const { changes } = statefulSetController.plan(refOf(set), viewOf(set), context);
  const status = changes.find((change) => change.type === 'update');
  assert.ok(status?.type === 'update');
  assert.deepEqual((status.object as StatefulSet).status?.conditions, conditions);
});
