import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaOfVersionProblems } from './custom-resource-definition-schema.ts';

/** The problems of a schema with `spec` described by `spec`, paths relative to it. */
function problemsOf(spec: object, root: object = {}, hasStatus = false): readonly string[] {
  const schema = { type: 'object', properties: { spec }, ...root };
  return schemaOfVersionProblems(schema, hasStatus, 'schema')
    .map(({ path, problem }) => `${path}: ${problem}`)
    .map((line) => line.replace('openAPIV3Schema.properties[spec]', 'spec').replace(/^openAPIV3Schema/, ''));
}

const text = { type: 'string' };
const listOf = (items: object, more: object = {}): object => ({ type: 'array', items, ...more });

const cases: readonly (readonly [string, object, readonly string[]])[] = [
  ['a missing type', {}, ['spec.type: Required value: must not be empty for specified object fields']],
  ['an int-or-string', { 'x-kubernetes-int-or-string': true }, []],
  ['an open field', { 'x-kubernetes-preserve-unknown-fields': true }, []],
  [
    'types in the form of int-or-string',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    [],
  ],
  [
    'an unknown type',
    { type: 'text' },
    [
      'spec.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ],
  ['a list of nothing', { type: 'array' }, ['spec.items: Required value: must be specified']],
  [
    'items without a type',
    listOf({}),
    ['spec.items.type: Required value: must not be empty for specified array items'],
  ],
  [
    'items as a list',
    { type: 'array', items: [text] },
    ['spec.items: Forbidden: items must be a schema object and not an array'],
  ],
  ['a reference', { $ref: '#/x' }, ['spec.$ref: Forbidden: $ref is not supported']],
  [
    'properties and additionalProperties',
    { type: 'object', properties: { a: text }, additionalProperties: text },
    ['spec.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'unique items',
    listOf(text, { uniqueItems: true }),
    [
      'spec.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
  ],
  [
    'a type inside of alternatives',
    { type: 'object', oneOf: [{ type: 'object' }], not: { description: 'x', nullable: true } },
    [
      'spec.oneOf[0].type: Forbidden: must be empty to be structural',
      'spec.not.description: Forbidden: must be empty to be structural',
      'spec.not.nullable: Forbidden: must be false to be structural',
    ],
  ],
  [
    'a pattern that is none',
    { type: 'string', pattern: '(' },
    [
      `spec.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
  ],
  [
    'an embedded object of nothing',
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    [
      'spec.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'preserve-unknown-fields: false',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    ['spec.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  [
    'a list map without keys',
    listOf({ type: 'object' }, { 'x-kubernetes-list-type': 'map' }),
    ['spec.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  ],
  [
    'keys of a list map',
    listOf(
      { type: 'object', properties: { a: text, b: { type: 'object' } }, required: ['b'] },
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a', 'b', 'c'] },
    ),
    [
      'spec.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      `spec.items.properties[b].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
      'spec.x-kubernetes-list-map-keys: Invalid value: ["a","b","c"]: entries must all be names of item properties',
    ],
  ],
  [
    'keys of a list that is no map',
    listOf({ type: 'object' }, { 'x-kubernetes-list-map-keys': ['a'] }),
    ['spec.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty'],
  ],
  [
    'a set of maps that merge',
    listOf({ type: 'object' }, { 'x-kubernetes-list-type': 'set' }),
    [
      'spec.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'a map type of text',
    { type: 'string', 'x-kubernetes-map-type': 'loose' },
    [
      'spec.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified',
      'spec.x-kubernetes-map-type: Unsupported value: "loose": supported values: "atomic", "granular"',
    ],
  ],
  [
    'rules in CEL',
    { type: 'object', 'x-kubernetes-validations': [{ rule: 'true' }] },
    [
      'spec.x-kubernetes-validations: Forbidden: validation rules in CEL are not built yet; leave them out, and let the schema say what it can',
    ],
  ],
  [
    'a default of the wrong type',
    { type: 'integer', default: 'one' },
    ['spec.default: Invalid value: "string":  in body must be of type integer: "string"'],
  ],
  [
    'a default with an unknown field',
    { type: 'object', properties: { a: text }, default: { a: 'x', b: 1 } },
    ['spec.default: Invalid value: {"a":"x","b":1}: must not have unknown fields'],
  ],
];

for (const [name, spec, wanted] of cases) {
  test(`a schema with ${name}`, () => {
    assert.deepEqual([...problemsOf(spec)].sort(), [...wanted].sort());
  });
}

test('the root is an object, and says nothing of metadata but the name', () => {
  const root = (more: object): readonly string[] => problemsOf(text, more);
  assert.deepEqual(root({ type: 'array', items: text }), [
    '.type: Invalid value: "array": must be object at the root',
  ]);
  assert.deepEqual(root({ nullable: true }), ['.nullable: Forbidden: nullable cannot be true at the root']);
  const metadata = (more: object): readonly string[] =>
    root({ properties: { metadata: { type: 'object', ...more } } });
  assert.deepEqual(metadata({ properties: { name: { type: 'string', maxLength: 5 } } }), []);
  assert.deepEqual(metadata({ properties: { labels: { type: 'object' } } }), [
    '.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
  ]);
  assert.deepEqual(root({ properties: { kind: { type: 'integer', default: 1 } } }), [
    '.properties[kind].type: Invalid value: "integer": must be string',
    '.properties[kind].default: Forbidden: must not be set in top-level kind',
  ]);
});

test('what alternatives of the root speak of is described outside of them', () => {
  const anyOf = [{ properties: { spec: { properties: { a: { minLength: 1 } } } } }];
  assert.deepEqual(problemsOf({ type: 'object' }, { anyOf }), [
    'spec.properties[a]: Required value: because it is defined in schema.openAPIV3Schema.anyOf[0].properties[spec].properties[a]',
  ]);
});

test('beside the status subresource the root has few keywords', () => {
  const [line, ...more] = problemsOf(text, { minProperties: 1 }, true);
  assert.deepEqual(more, []);
  assert.match(
    line ?? '',
    /^: Invalid value: .* only \[Description Type .* XValidations\] fields are allowed at the root/,
  );
  assert.deepEqual(problemsOf(text, { minProperties: 1 }, false), []);
});

test('a schema is not nested without end', () => {
  let deep: object = text;
  for (let level = 0; level < 60; level++) deep = { type: 'object', properties: { a: deep } };
  assert.deepEqual(problemsOf(deep), [': Forbidden: must not be nested deeper than 100 levels']);
});
