import assert from 'node:assert/strict';
import { test } from 'node:test';
import certificates from '../../fixtures/custom/certificates.json' with { type: 'json' };
import crontabs from '../../fixtures/custom/crontabs.json' with { type: 'json' };
import type { CustomResourceDefinition } from '../kubernetes/types/apiextensions-v1.ts';
import type { FieldProblem } from '../validation/field-problem.ts';
import { type CustomKind, validateCustomObject, validateCustomStatus } from './custom-object.ts';

function kindOf(definition: unknown): CustomKind {
  const { spec } = definition as CustomResourceDefinition;
  const [version] = spec.versions;
  const scale = version?.subresources?.scale;
  return {
    namespaced: spec.scope === 'Namespaced',
    schema: version?.schema?.openAPIV3Schema ?? {},
    ...(scale === undefined ? {} : { scale }),
  };
}

const cron = kindOf(crontabs);
const lines = (problems: readonly FieldProblem[]): readonly string[] =>
  problems.map(({ path, problem }) => `${path}: ${problem}`);

function crontab(spec: object, metadata: object = { name: 'nightly', namespace: 'shop' }): object {
  return {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata,
    spec: { cronSpec: '* * * * */5', ...spec },
  };
}

test('a good object has no problems', () => {
  const spec = {
    image: 'nginx',
    replicas: 10,
    ratio: 0.75,
    policy: 'Forbid',
    until: null,
    port: 'http',
    tags: ['a', 'b'],
    labels: { a: 'b' },
    options: { anything: { at: ['all'] } },
    when: { day: 'monday' },
    template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: {} },
  };
  assert.deepEqual(validateCustomObject(crontab(spec), cron), []);
});

const cases: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'minimum',
    { replicas: 0 },
    ['spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1'],
  ],
  [
    'maximum',
    { replicas: 11 },
    ['spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10'],
  ],
  [
    'a type',
    { replicas: 'two' },
    [
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
      '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: two is of the type string, expected int64',
    ],
  ],
  [
    'a fraction for an integer',
    { replicas: 1.5 },
    [
      'spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number"',
      '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1.5 is of the type float64, expected int64',
    ],
  ],
  [
    'null where it may not be',
    { image: null },
    ['spec.image: Invalid value: "null": spec.image in body must be of type string: "null"'],
  ],
  [
    'an excluded bound',
    { ratio: 0 },
    ['spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0'],
  ],
  [
    'a multiple',
    { ratio: 0.3 },
    ['spec.ratio: Invalid value: 0.3: spec.ratio in body should be a multiple of 0.25'],
  ],
  [
    'an enumeration',
    { policy: 'Replace' },
    ['spec.policy: Unsupported value: "Replace": supported values: "Allow", "Forbid"'],
  ],
  [
    'a pattern',
    { cronSpec: 'never' },
    [
      `spec.cronSpec: Invalid value: "never": spec.cronSpec in body should match '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$'`,
    ],
  ],
  [
    'too short',
    { image: '' },
    ['spec.image: Invalid value: "": spec.image in body should be at least 1 chars long'],
  ],
  ['too long', { image: 'x'.repeat(65) }, ['spec.image: Too long: may not be more than 64 bytes']],
  [
    'a format',
    { until: 'tomorrow' },
    ['spec.until: Invalid value: "tomorrow": spec.until in body must be of type date-time: "tomorrow"'],
  ],
  [
    'int or string',
    { port: true },
    ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
  ],
  ['a set', { tags: ['a', 'b', 'a'] }, ['spec.tags[2]: Duplicate value: "a"']],
  [
    'items',
    { tags: ['a', 1] },
    ['spec.tags[1]: Invalid value: "integer": spec.tags[1] in body must be of type string: "integer"'],
  ],
  ['too many items', { tags: ['a', 'b', 'c', 'd'] }, ['spec.tags: Too many: 4: must have at most 3 items']],
  [
    'too few entries',
    { labels: {} },
    ['spec.labels: Invalid value: 0: spec.labels in body should have at least 1 properties'],
  ],
  [
    'entries',
    { labels: { a: 1 } },
    ['spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"'],
  ],
  [
    'no alternative',
    { when: {} },
    [
      '<nil>: Invalid value: "": "spec.when" must validate one and only one schema (oneOf). Found none valid',
      'spec.when.day: Required value',
    ],
  ],
  [
    'several alternatives',
    { when: { day: 'monday', hour: 4 } },
    [
      '<nil>: Invalid value: "": "spec.when" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
  ['a missing field', { cronSpec: undefined }, ['spec.cronSpec: Required value']],
  [
    'an embedded object',
    { template: { kind: 'Pod', metadata: { name: 'Bad Name', labels: { 'a b': 'c' } } } },
    [
      'spec.template.apiVersion: Required value: must not be empty',
      "spec.template.metadata.name: Invalid value: \"Bad Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
];

for (const [name, spec, wanted] of cases) {
  test(`${name} is told as kube-apiserver tells it`, () => {
    const found = lines(validateCustomObject(crontab(spec), cron));
    assert.deepEqual(name === 'an embedded object' ? found.slice(0, 2) : found, wanted);
  });
}

test('a name and, in a namespaced kind, a namespace are needed', () => {
  assert.deepEqual(lines(validateCustomObject(crontab({}, {}), cron)), [
    'metadata.name: Required value: name or generateName is required',
    'metadata.namespace: Required value',
  ]);
  const everywhere = { ...cron, namespaced: false };
  assert.deepEqual(lines(validateCustomObject(crontab({}), everywhere)), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
});

test('a write to the status is judged by the status and the scale alone', () => {
  const object = { ...crontab({ replicas: 'two' }), status: { replicas: -1, active: 'x' } };
  assert.deepEqual(lines(validateCustomStatus(object, cron)), [
    'status.active: Invalid value: "string": active in body must be of type array: "string"',
    '.spec.replicas: Invalid value: 0: .spec.replicas accessor error: two is of the type string, expected int64',
    '.status.replicas: Invalid value: -1: should be a non-negative integer',
  ]);
});

test('items of a list map are told apart by their keys', () => {
  const kind = kindOf(certificates);
  const condition = { type: 'Ready', status: 'True' };
  const object = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { secretName: 's', issuerRef: { name: 'i' }, ipAddresses: ['10.0.0.1', 'fe80::1', 'home'] },
    status: { conditions: [condition, { ...condition, status: 'Maybe' }] },
  };
  assert.deepEqual(lines(validateCustomObject(object, kind)), [
    '<nil>: Invalid value: "": "spec.ipAddresses[2]" must validate at least one schema (anyOf)',
    'spec.ipAddresses[2]: Invalid value: "home": spec.ipAddresses[2] in body must be of type ipv4: "home"',
    'status.conditions[1].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown"',
    'status.conditions[1]: Duplicate value: {"type":"Ready"}',
  ]);
});

test('allOf and not', () => {
  const schema = {
    type: 'object',
    properties: {
      n: { type: 'integer', allOf: [{ minimum: 1 }, { maximum: 5 }], not: { enum: [3] } },
    },
  };
  const of = (n: number): readonly string[] =>
    lines(validateCustomObject({ metadata: { name: 'x' }, n }, { namespaced: false, schema }));
  assert.deepEqual(of(2), []);
  assert.deepEqual(of(7), [
    'n: Invalid value: 7: n in body should be less than or equal to 5',
    '<nil>: Invalid value: "": "n" must validate all the schemas (allOf)',
  ]);
  assert.deepEqual(of(3), ['<nil>: Invalid value: "": "n" must not validate the schema (not)']);
});

test('names that every JavaScript object inherits are ordinary fields', () => {
  const schema = {
    type: 'object',
    required: ['toString'],
    properties: { constructor: { type: 'string' }, toString: { type: 'string' } },
  };
  const found = validateCustomObject({ metadata: { name: 'x' } }, { namespaced: false, schema });
  assert.deepEqual(lines(found), ['toString: Required value']);
});
