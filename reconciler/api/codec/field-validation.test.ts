import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../../../schemas/kinds.ts';
import { ApiError } from '../api-error.ts';
import { checkFields, prune } from './field-validation.ts';
import { randomObject, seededRandom } from './random-object.ts';

const deployment = 'io.k8s.api.apps.v1.Deployment';
const crd = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';
type Fields = Readonly<Record<string, unknown>>;

function podSpec(spec: object): Fields {
  return { spec: { template: { spec } } };
}

function container(fields: object): Fields {
  return podSpec({ containers: [fields] });
}

function schema(props: object): Fields {
  return { spec: { versions: [{ schema: { openAPIV3Schema: props } }] } };
}

test('an object with nothing to leave out is kept itself', () => {
  const object = podSpec({
    containers: [{ name: 'a', resources: {}, command: ['x'] }],
    securityContext: {},
    volumes: [{ name: 'v', emptyDir: {} }],
  });
  assert.equal(prune(object, deployment).object, object);
});

const pruned: readonly [string, Fields, Fields, readonly string[], string?][] = [
  [
    'unknown fields, at any depth',
    { foo: 1, ...container({ name: 'a', bar: {} }) },
    container({ name: 'a' }),
    ['foo', 'spec.template.spec.containers[0].bar'],
  ],
  [
    'fields in another case',
    { Spec: {}, metadata: { Name: 'x' } },
    { metadata: {} },
    ['Spec', 'metadata.Name'],
  ],
  ['null in fields', { metadata: { creationTimestamp: null }, spec: null }, { metadata: {} }, []],
  [
    'null in lists and maps, for which the empty value stands',
    { metadata: { labels: { a: null } }, ...podSpec({ containers: [null, { args: ['a', null] }] }) },
    { metadata: { labels: { a: '' } }, ...podSpec({ containers: [{}, { args: ['a', ''] }] }) },
    [],
  ],
  [
    'fields that hold nothing, unless their zero is a value',
    { metadata: { labels: {}, finalizers: [], generateName: '' }, spec: { replicas: 0, minReadySeconds: 0 } },
    { metadata: {}, spec: { replicas: 0 } },
    [],
  ],
  [
    'what is unknown in a schema, but not in the values that it has',
    schema({
      foo: 1,
      default: { foo: 1, bar: null },
      items: { foo: 1, type: 'x' },
      additionalProperties: false,
    }),
    schema({ default: { foo: 1, bar: null }, items: { type: 'x' }, additionalProperties: false }),
    ['spec.versions[0].schema.openAPIV3Schema.foo'],
    crd,
  ],
  [
    'the key __proto__',
    JSON.parse('{"metadata":{"__proto__":{"x":1},"labels":{"__proto__":null}}}') as Fields,
    JSON.parse('{"metadata":{"labels":{"__proto__":""}}}') as Fields,
    ['metadata.__proto__'],
  ],
];

for (const [what, object, kept, unknown, definition = deployment] of pruned) {
  test(`prunes ${what}`, () => {
    const before = JSON.stringify(object);
    assert.deepEqual(prune(object, definition), { object: kept, unknown });
    assert.equal(JSON.stringify(object), before, 'the object itself is not changed');
  });
}

const path = 'spec.template.spec.containers';
const wrong: readonly [Fields, string, string?][] = [
  [
    { spec: { replicas: 'x' } },
    'cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    { spec: { replicas: 1.5 } },
    'cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [{ spec: [] }, 'cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec'],
  [
    { metadata: { labels: { a: 1 } } },
    'cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    { metadata: { finalizers: 'x' } },
    'cannot unmarshal string into Go struct field ObjectMeta.metadata.finalizers of type []string',
  ],
  [
    container({ env: [{ value: 8080 }] }),
    `cannot unmarshal number into Go struct field EnvVar.${path}.env.value of type string`,
  ],
  [
    podSpec({ containers: { name: 'x' } }),
    `cannot unmarshal object into Go struct field PodSpec.${path} of type []v1.Container`,
  ],
  [
    podSpec({ hostNetwork: 'yes' }),
    'cannot unmarshal string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool',
  ],
  [
    container({ livenessProbe: { httpGet: { port: true } } }),
    `cannot unmarshal bool into Go struct field HTTPGetAction.${path}.livenessProbe.ProbeHandler.httpGet.port of type int32`,
  ],
  [container({ resources: { limits: { cpu: 'lots' } } }), 'quantities must match the regular expression'],
  [
    { metadata: { creationTimestamp: 'yesterday' } },
    'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
  [{ data: { a: 'YQ' } }, 'illegal base64 data at input byte 0', 'io.k8s.api.core.v1.Secret'],
  [{ data: { a: 'YW%h' } }, 'illegal base64 data at input byte 2', 'io.k8s.api.core.v1.Secret'],
  [schema({ additionalProperties: 'x' }), 'boolean or JSON schema expected', crd],
];

for (const [object, message, definition = deployment] of wrong) {
  test(`refuses ${JSON.stringify(object)}`, () => {
    assert.throws(
      () => prune(object, definition),
      (error) => error instanceof Error && error.message.includes(message),
    );
  });
}

test('every random object of every kind has the fields of its kind, before and after', () => {
  const random = seededRandom(7);
  for (let index = 0; index < 1000; index++) {
    const info = kinds[index % kinds.length];
    assert.ok(info);
    const object = randomObject({ apiVersion: 'v1', kind: info.kind, definition: info.definition }, random);
    const once = prune(object, info.definition);
    assert.deepEqual(once.unknown, []);
    assert.equal(prune(once.object, info.definition).object, once.object);
  }
});

const expected = { apiVersion: 'apps/v1', kind: 'Deployment', definition: deployment };
const withUnknown = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { foo: 1, replicas: 1 } };

test('what a patch made is pruned in all modes, and told as the mode says', () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } };
  assert.deepEqual(checkFields(withUnknown, expected, 'Ignore'), { object, warnings: [] });
  assert.deepEqual(checkFields(withUnknown, expected, 'Warn', ['json patch duplicate field "[0].op"']), {
    object,
    warnings: ['json patch duplicate field "[0].op"', 'unknown field "spec.foo"'],
  });
});

function problemOf(run: () => unknown): ApiError['problem'] {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error.problem;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('what a patch made is refused as the patch, with the document', () => {
  const problem = problemOf(() => checkFields(withUnknown, expected, 'Strict'));
  assert.equal(problem.code, 422);
  assert.equal(problem.reason, 'Invalid');
  assert.equal(
    problem.message,
    ' "" is invalid: patch: Invalid value: ' +
      JSON.stringify(JSON.stringify(withUnknown)) +
      ': strict decoding error: unknown field "spec.foo"',
  );
  assert.equal(problem.causes?.[0]?.field, 'patch');
  const wrongType = problemOf(() => checkFields({ spec: 'x' }, expected, 'Ignore'));
  assert.equal(wrongType.code, 422);
  assert.match(wrongType.message, /json: cannot unmarshal string into Go struct field Deployment\.spec/);
  assert.equal(problemOf(() => checkFields([], expected, 'Ignore')).code, 422);
});

test('custom resources are left to their own schema', () => {
  const object = { apiVersion: 'x.dev/v1', kind: 'Thing', spec: { foo: null, bar: '' } };
  assert.equal(checkFields(object, { apiVersion: 'x.dev/v1', kind: 'Thing' }, 'Strict').object, object);
});
