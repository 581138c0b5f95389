import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySchemaDefaults } from './schema-defaults.ts';
import type { StructuralSchema } from './structural-schema.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        foo: { type: 'string', default: 'default' },
        bar: { type: 'string', nullable: true, default: 'never over null' },
        baz: { type: 'string' },
        deep: {
          type: 'object',
          default: {},
          properties: { level: { type: 'integer', default: 3 } },
        },
        absent: { type: 'object', properties: { level: { type: 'integer', default: 3 } } },
        list: {
          type: 'array',
          items: { type: 'object', properties: { protocol: { type: 'string', default: 'TCP' } } },
        },
        map: { type: 'object', additionalProperties: { type: 'integer', default: 1 } },
      },
    },
  },
};

const cases: readonly (readonly [string, object, object])[] = [
  [
    'what is left out is filled in, containers without a default are not made',
    { spec: {} },
    { spec: { foo: 'default', bar: 'never over null', deep: { level: 3 } } },
  ],
  [
    'null counts as left out unless the schema is nullable',
    { spec: { foo: null, bar: null, baz: null } },
    { spec: { foo: 'default', bar: null, deep: { level: 3 } } },
  ],
  [
    'items and entries',
    {
      spec: {
        foo: 'f',
        bar: 'b',
        deep: { level: 1 },
        list: [{}, { protocol: 'UDP' }],
        map: { a: null, b: 2 },
      },
    },
    {
      spec: {
        foo: 'f',
        bar: 'b',
        deep: { level: 1 },
        list: [{ protocol: 'TCP' }, { protocol: 'UDP' }],
        map: { a: 1, b: 2 },
      },
    },
  ],
];

for (const [name, object, wanted] of cases) {
  test(`defaults: ${name}`, () => {
    const before = JSON.stringify(object);
    const filled = applySchemaDefaults(object, schema);
    assert.deepEqual(filled, wanted);
    assert.equal(JSON.stringify(object), before);
    assert.equal(applySchemaDefaults(filled, schema), filled);
  });
}
