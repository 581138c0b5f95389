import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControllerRevision, StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import {
  currentRevision,
  ownersOfRevision,
  recordedTemplate,
  revisionData,
  revisionsOf,
} from './revision.ts';

const labels = { app: 'db' };
const hashLabel = 'controller.kubernetes.io/hash';

function setOf(image: string): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'set', annotations: { note: 'kept' } },
    spec: { selector: { matchLabels: labels }, template: templateOf(image) },
  };
}

function templateOf(image: string) {
  return { spec: { containers: [{ name: 'main', image }] }, metadata: { labels } };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

/** The revision that the set would make, as if it had been committed. */
function recorded(set: StatefulSet, revision: number, uid: string): ControllerRevision {
  const made = currentRevision(set, [], hashLabel, 0, viewOf()).revision;
  return { ...made, revision, metadata: { ...made.metadata, uid } };
}

test('a revision is the patch that replaces the template, its keys in order, and gives the template back', () => {
  const data = revisionData(templateOf('db:1'));
  assert.equal(
    JSON.stringify(data),
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"image":"db:1","name":"main"}]}}}}',
  );
  const { revision } = currentRevision(setOf('db:1'), [], hashLabel, 0, viewOf());
  assert.deepEqual(recordedTemplate(revision), templateOf('db:1'));
});

test('a new template is recorded under a name by hash, with labels, annotations and owner of the set', () => {
  const { revision, changes, collisions } = currentRevision(setOf('db:1'), [], hashLabel, 0, viewOf());
  const hash = revision.metadata.labels?.[hashLabel] ?? '';
  assert.equal(revision.metadata.name, `db-${hash}`);
  assert.equal(revision.revision, 1);
  assert.deepEqual(revision.metadata.labels, { ...labels, [hashLabel]: hash });
  assert.deepEqual(revision.metadata.annotations, { note: 'kept' });
  assert.equal(revision.metadata.ownerReferences?.[0]?.uid, 'set');
  assert.deepEqual(
    changes.map(({ type }) => type),
    ['create'],
  );
  assert.equal(collisions, 0);
});

test('an old template is found again and becomes the newest; the newest stays what it is', () => {
  const [first, second] = [recorded(setOf('db:1'), 1, 'a'), recorded(setOf('db:2'), 2, 'b')];
  const view = viewOf(first, second);
  const back = currentRevision(setOf('db:1'), [first, second], hashLabel, 0, view);
  assert.equal(back.revision.metadata.name, first.metadata.name);
  assert.equal(back.revision.revision, 3);
  assert.deepEqual(
    back.changes.map(({ type }) => type),
    ['update'],
  );
  const same = currentRevision(setOf('db:2'), [first, second], hashLabel, 0, view);
  assert.deepEqual([same.revision, same.changes], [second, []]);
});

test('a name that another template has is a collision, counted, and hashed anew', () => {
  const wanted = recorded(setOf('db:1'), 1, 'a');
  const foreign = { ...wanted, data: revisionData(templateOf('other')) };
  const { revision, collisions } = currentRevision(setOf('db:1'), [], hashLabel, 0, viewOf(foreign));
  assert.equal(collisions, 1);
  assert.notEqual(revision.metadata.name, wanted.metadata.name);
});

test('older twins are told apart from the one that counts', () => {
  const first = recorded(setOf('db:1'), 1, 'a');
  const twin = { ...first, revision: 2, metadata: { ...first.metadata, name: 'twin', uid: 'b' } };
  const { revision, duplicates } = currentRevision(setOf('db:1'), [first, twin], hashLabel, 0, viewOf());
  assert.equal(revision.metadata.name, 'twin');
  assert.deepEqual(duplicates, [first]);
});

test('revisions of the labels are adopted, those of the set sorted by number', () => {
  const set = setOf('db:1');
  const [newer, older] = [recorded(setOf('db:2'), 10, 'a'), recorded(set, 9, 'b')];
  const orphan: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: 'stray', namespace: 'shop', uid: 'c', labels },
    revision: 3,
  };
  const { owned, changes } = revisionsOf(set, viewOf(newer, older, orphan));
  assert.deepEqual(
    owned.map(({ revision }) => revision),
    [9, 10],
  );
  assert.deepEqual(
    changes.map(({ object }) => object.metadata.name),
    ['stray'],
  );
});

test('an owner is planned for a revision that changes or goes, and for an orphan that it selects, not for its own new one', () => {
  const set = setOf('db:1');
  const own = recorded(set, 1, 'a');
  const { ownerReferences: _, ...metadata } = own.metadata;
  const orphan = { ...own, metadata };
  const view = viewOf(set);
  const keys = (before: ControllerRevision | undefined, after: ControllerRevision | undefined) =>
    ownersOfRevision({ ref: refOf(own), before, after }, 'StatefulSet', view).map(({ name }) => name);
  assert.deepEqual(keys(undefined, own), []);
  assert.deepEqual(keys(own, own), ['db']);
  assert.deepEqual(keys(own, undefined), ['db']);
  assert.deepEqual(keys(undefined, orphan), ['db']);
});
