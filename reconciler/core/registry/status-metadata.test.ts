import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { kindByGvk } from '../../../schemas/kinds.ts';
import { updateManagedFields } from '../apply/update.ts';
import { statusMetadata } from './status-metadata.ts';

const before: ObjectMeta = { name: 'it', labels: { a: 'old' }, finalizers: ['example.org/kept'] };
const after: ObjectMeta = { name: 'it', labels: { a: 'new' }, annotations: { b: 'new' } };

function written(apiVersion: string, kind: string): ObjectMeta {
  const info = kindByGvk(apiVersion, kind);
  assert.ok(info);
  return statusMetadata(before, after, info);
}

test('a write of the status moves the metadata with it, but for what the kind keeps', () => {
  assert.deepEqual(written('apps/v1', 'StatefulSet'), after);
  assert.deepEqual(written('apps/v1', 'Deployment'), { ...after, labels: { a: 'old' } });
  assert.deepEqual(written('storage.k8s.io/v1', 'VolumeAttachment'), before);
});

test('nobody comes to own what a write of the status leaves as it was', () => {
  const at = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const owned = updateManagedFields({
    before: { ...at, metadata: { ...before, managedFields: [entryOf('maker')] } },
    after: { ...at, metadata: after },
    manager: 'writer',
    operation: 'Update',
    now: '2026-11-26T12:00:00Z',
    subresource: 'status',
  });
  const fields = owned.find(({ manager }) => manager === 'writer')?.fieldsV1;
  assert.deepEqual(fields, { 'f:metadata': { 'f:annotations': { '.': {}, 'f:b': {} } } });
});

function entryOf(manager: string): NonNullable<ObjectMeta['managedFields']>[number] {
  const fieldsV1 = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } };
  return { manager, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1 };
}
