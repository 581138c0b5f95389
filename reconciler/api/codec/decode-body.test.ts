import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../api-error.ts';
import { decodeApply, decodeBody, decodePatch, type ExpectedBody, patchDuplicates } from './decode-body.ts';
import { encodeProtobuf } from './protobuf-envelope.ts';

const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const deployment: ExpectedBody = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  definition: 'io.k8s.api.apps.v1.Deployment',
};
const pod: ExpectedBody = { apiVersion: 'v1', kind: 'Pod', definition: 'io.k8s.api.core.v1.Pod' };
const custom: ExpectedBody = { apiVersion: 'x.dev/v1', kind: 'Thing' };
const options: ExpectedBody = {
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  definition: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  anyGroup: true,
};
const typeMeta = { apiVersion: 'apps/v1', kind: 'Deployment' };

function problemOf(run: () => unknown): ApiError['problem'] {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error.problem;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('reads JSON, YAML and protobuf alike', () => {
  const object = { ...typeMeta, metadata: { name: 'web' }, spec: { replicas: 0 } };
  const bodies: [string, Uint8Array][] = [
    [json, Buffer.from(JSON.stringify(object))],
    ['Application/JSON; charset=utf-8', Buffer.from(JSON.stringify(object))],
    ['', Buffer.from(JSON.stringify(object))],
    [
      yaml,
      Buffer.from('kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\nspec: {replicas: 0}\n'),
    ],
    [protobuf, encodeProtobuf(object)],
  ];
  for (const [type, bytes] of bodies)
    assert.deepEqual(decodeBody(bytes, type, deployment, 'Strict'), { object, warnings: [] });
});

test('what a body does not say it is, it is as the request expects', () => {
  const decoded = decodeBody(Buffer.from('{"metadata":{"name":"web"}}'), json, deployment, 'Strict');
  assert.deepEqual(decoded.object, { ...typeMeta, metadata: { name: 'web' } });
  assert.deepEqual(decodeBody(Buffer.from('null'), json, deployment, 'Strict').object, typeMeta);
});

test('options come under the version of any group', () => {
  const body = Buffer.from('{"kind":"DeleteOptions","apiVersion":"policy/v1","gracePeriodSeconds":0}');
  assert.deepEqual(decodeBody(body, json, options, 'Ignore').object, {
    kind: 'DeleteOptions',
    apiVersion: 'policy/v1',
    gracePeriodSeconds: 0,
  });
});

const doubtful = `{"apiVersion":"apps/v1","kind":"Deployment","spec":{
  "unknownField":"foo","unknownField":"bar","replicas":2,"replicas":3,
  "template":{"spec":{"containers":[{"name":"a","nested":{"a":1,"a":2},"image":"x","image":"y"}]}}}}`;
const strictErrors = [
  'unknown field "spec.unknownField"',
  'duplicate field "spec.replicas"',
  'unknown field "spec.template.spec.containers[0].nested"',
  'duplicate field "spec.template.spec.containers[0].image"',
];

test('unknown and repeated fields are refused, told or passed over, in the order of the text', () => {
  const body = Buffer.from(doubtful);
  const object = {
    ...typeMeta,
    spec: { replicas: 3, template: { spec: { containers: [{ name: 'a', image: 'y' }] } } },
  };
  assert.deepEqual(decodeBody(body, json, deployment, 'Ignore'), { object, warnings: [] });
  assert.deepEqual(decodeBody(body, json, deployment, 'Warn'), { object, warnings: strictErrors });
  assert.deepEqual(
    problemOf(() => decodeBody(body, json, deployment, 'Strict')),
    {
      code: 400,
      reason: 'BadRequest',
      message: `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${strictErrors.join(', ')}`,
    },
  );
});

test('in YAML repeated fields are told by line', () => {
  const body = Buffer.from('kind: Deployment\nspec:\n  foo: 1\n  replicas: 1\n  replicas: 2\n');
  assert.deepEqual(decodeBody(body, yaml, deployment, 'Warn').warnings, [
    'yaml: unmarshal errors:\n  line 5: key "replicas" already set in map',
    'unknown field "spec.foo"',
  ]);
});

test('custom resources keep all their fields, and are told of repeated ones alone', () => {
  const body = Buffer.from('{"apiVersion":"x.dev/v1","kind":"Thing","spec":{"any":null,"any":""}}');
  assert.deepEqual(decodeBody(body, json, custom, 'Warn'), {
    object: { apiVersion: 'x.dev/v1', kind: 'Thing', spec: { any: '' } },
    warnings: ['duplicate field "spec.any"'],
  });
});

const unknownFormat = 'the body of the request was in an unknown format - accepted media types include: ';
const refused: readonly [string, ExpectedBody, string, string | Uint8Array, number, string][] = [
  ['another type', pod, 'text/plain', '{}', 415, `${unknownFormat}${json}, ${yaml}, ${protobuf}`],
  ['protobuf of a custom resource', custom, protobuf, '', 415, `${unknownFormat}${json}, ${yaml}`],
  [
    'nothing',
    pod,
    json,
    '',
    400,
    "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: Unexpected end of JSON input (<empty>)",
  ],
  [
    'a list',
    pod,
    json,
    '[]',
    400,
    'json: cannot unmarshal array into Go value of type struct { APIVersion string',
  ],
  ['a number', pod, json, '7', 400, 'json: cannot unmarshal number into Go value'],
  ['text that is no JSON', pod, json, '{"a":'.padEnd(60, 'x'), 400, `({"a":${'x'.repeat(25)} ...)`],
  ['bytes that are no text', pod, json, Buffer.from([0xff, 0xfe]), 400, 'invalid UTF-8 (fffe)'],
  ['bytes that are no protobuf', pod, protobuf, '{}', 400, 'expected prefix [107 56 115 0] ({})'],
  [
    'a kind that is no text',
    pod,
    json,
    '{"kind":7}',
    400,
    'cannot unmarshal number into Go struct field .kind of type string',
  ],
  [
    'another version',
    deployment,
    json,
    '{"kind":"Pod","apiVersion":"v1"}',
    400,
    'the API version in the data (v1) does not match the expected API version (apps/v1)',
  ],
  [
    'another kind',
    pod,
    json,
    '{"kind":"ConfigMap"}',
    400,
    'ConfigMap in version "v1" cannot be handled as a Pod: converting (v1.ConfigMap) to (core.Pod): unknown conversion',
  ],
  [
    'another kind in protobuf',
    pod,
    protobuf,
    encodeProtobuf({ apiVersion: 'v1', kind: 'ConfigMap' }),
    400,
    'ConfigMap in version "v1" cannot be handled as a Pod',
  ],
  [
    'a kind that there is not',
    deployment,
    json,
    '{"kind":"Foo","apiVersion":"apps/v1"}',
    400,
    'Foo in version "v1" cannot be handled as a Deployment: no kind "Foo" is registered for version "apps/v1"',
  ],
  ['a custom resource without a kind', custom, json, '{}', 400, "Object 'Kind' is missing"],
  [
    'a custom resource of another kind',
    custom,
    json,
    '{"apiVersion":"x.dev/v1","kind":"Other"}',
    400,
    'Other in version "v1" cannot be handled as a Thing',
  ],
  [
    'a wrong type',
    pod,
    json,
    '{"spec":7}',
    400,
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field Pod.spec of type v1.PodSpec',
  ],
  [
    'a number that would be rounded',
    pod,
    json,
    '{"spec":{"activeDeadlineSeconds":9007199254740993}}',
    400,
    'spec.activeDeadlineSeconds: the number 9007199254740993 is too large',
  ],
  [
    'bad YAML',
    pod,
    yaml,
    'a: [',
    400,
    "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: yaml:",
  ],
];

for (const [what, expected, type, body, code, message] of refused) {
  test(`refuses ${what}`, () => {
    const problem = problemOf(() => decodeBody(Buffer.from(body), type, expected, 'Ignore'));
    assert.equal(problem.code, code);
    assert.equal(problem.message.includes(message), true, problem.message);
  });
}

test('a configuration to apply keeps what is empty, as its owner wants it so', () => {
  const body = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  paused: false\n  foo: ""\n';
  assert.deepEqual(decodeApply(Buffer.from(body), deployment, 'Strict'), {
    object: { ...typeMeta, spec: { paused: false, foo: '' } },
    warnings: [],
  });
});

test('a configuration to apply has to be of the kind, and repeats no keys', () => {
  const apply = (body: string, mode: 'Strict' | 'Warn' = 'Strict'): unknown =>
    decodeApply(Buffer.from(body), deployment, mode);
  assert.match(problemOf(() => apply('[]')).message, /^error decoding YAML/);
  assert.match(problemOf(() => apply('a: [')).message, /^error decoding YAML: yaml:/);
  assert.match(
    problemOf(() => apply('kind: Deployment')).message,
    /^Incorrect version specified in apply patch/,
  );
  assert.match(
    problemOf(() => apply('apiVersion: apps/v1\nkind: Pod')).message,
    /does not match the expected kind/,
  );
  const twice = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  paused: true\n  paused: false\n';
  const text =
    'error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "paused" already set in map';
  assert.equal(problemOf(() => apply(twice)).message, `error strict decoding YAML: ${text}`);
  assert.deepEqual((apply(twice, 'Warn') as { warnings: string[] }).warnings, [text]);
});

test('patches are JSON', () => {
  assert.deepEqual(decodePatch(Buffer.from('{"a":null}'), 'merge'), { a: null });
  assert.match(problemOf(() => decodePatch(Buffer.from('{'), 'json')).message, /^error decoding patch: /);
  assert.equal(problemOf(() => decodePatch(Buffer.from(''), 'strategic')).code, 400);
  assert.deepEqual(patchDuplicates(Buffer.from('[{"op":"a","op":"b"}]'), 'json'), [
    'json patch duplicate field "[0].op"',
  ]);
  assert.deepEqual(patchDuplicates(Buffer.from('{"a":1,"a":2}'), 'merge'), ['duplicate field "a"']);
});
