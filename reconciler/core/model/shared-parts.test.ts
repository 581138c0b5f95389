import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setOf } from '../apply/field-set.ts';
import { toFieldsV1 } from '../apply/fields-v1.ts';
import { decodeObject, encodeObject, type KubeObject } from './object.ts';

function configMap(name: string, fieldsV1: Readonly<Record<string, unknown>>): KubeObject {
  const entry = { manager: 'kubectl-create', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
  const metadata = { name, namespace: 'web', managedFields: [{ ...entry, fieldsV1 }] };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function fieldsOf(object: KubeObject): unknown {
  return object.metadata.managedFields?.[0]?.fieldsV1;
}

const data = { 'f:data': { '.': {}, 'f:key': {} } };

test('objects that own the same fields hold one set, whether they were written here or read', () => {
  const written = decodeObject(encodeObject(configMap('one', structuredClone(data))), 7);
  const read = decodeObject(new TextEncoder().encode(JSON.stringify(configMap('two', data))), 8);
  const made = toFieldsV1(setOf([['f:data'], ['f:data', 'f:key']]));
  assert.equal(fieldsOf(written), fieldsOf(read));
  assert.equal(fieldsOf(written), made);
  assert.deepEqual(made, data);
});

test('what is shared changes nothing about an object', () => {
  const object = configMap('one', structuredClone(data));
  const stored = decodeObject(encodeObject(object), 7);
  assert.deepEqual(stored, { ...object, metadata: { ...object.metadata, resourceVersion: '7' } });
});
