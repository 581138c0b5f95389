import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prune, pruneInside, unknownFields } from './prune.ts';
import type { StructuralSchema } from './structural-schema.ts';

const text: StructuralSchema = { type: 'string' };
const keep = { 'x-kubernetes-preserve-unknown-fields': true };
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: text,
        list: { type: 'array', items: { type: 'object', properties: { a: text } } },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } } },
        any: { type: 'object', additionalProperties: true },
        open: { type: 'object', ...keep, properties: { known: { type: 'object', properties: { a: text } } } },
        object: { type: 'object', 'x-kubernetes-embedded-resource': true, ...keep },
        plain: { type: 'object' },
      },
    },
  },
};

const object = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'x', color: 'red', labels: { a: 'b' } },
  other: 1,
  spec: {
    name: 'n',
    extra: true,
    list: [{ a: '1' }, { a: '2', b: '3' }],
    map: { one: { a: '1', b: '2' } },
    any: { text: 'x', deep: { gone: 1 } },
    open: { free: { as: 'a bird' }, known: { a: '1', b: '2' } },
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', color: 'red' }, spec: { x: 1 } },
    plain: { gone: 1 },
  },
};

test('what the schema does not name goes, metadata keeps what Kubernetes knows', () => {
  assert.deepEqual(prune(object, schema), {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'x', labels: { a: 'b' } },
    spec: {
      name: 'n',
      list: [{ a: '1' }, { a: '2' }],
      map: { one: { a: '1' } },
      any: { text: 'x', deep: {} },
      open: { free: { as: 'a bird' }, known: { a: '1' } },
      object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { x: 1 } },
      plain: {},
    },
  });
});

test('the dropped fields are told by their paths', () => {
  assert.deepEqual(unknownFields(object, schema), [
    'metadata.color',
    'other',
    'spec.any.deep.gone',
    'spec.extra',
    'spec.list[1].b',
    'spec.map.one.b',
    'spec.object.metadata.color',
    'spec.open.known.b',
    'spec.plain.gone',
  ]);
});

test('an object without unknown fields is given back itself, and no input is changed', () => {
  const before = JSON.stringify(object);
  const pruned = prune(object, schema);
  assert.equal(JSON.stringify(object), before);
  assert.equal(prune(pruned, schema), pruned);
  assert.equal(pruned.spec.list[0], object.spec.list[0]);
  assert.deepEqual(unknownFields(pruned, schema), []);
});

test('a value inside of an object has no metadata of its own', () => {
  assert.deepEqual(pruneInside({ metadata: {}, a: '1' }, { type: 'object', properties: { a: text } }), {
    a: '1',
  });
});
