import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import { decodeProtobuf, encodeProtobuf, encodeWatchEvent, isProtobuf } from './protobuf-envelope.ts';
import { ProtobufFault } from './protobuf-fault.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures');
type Fields = Readonly<Record<string, unknown>>;

function pairs(folder: string): [string, Buffer, Fields][] {
  const path = join(fixtures, folder);
  return readdirSync(path)
    .filter((name) => name.endsWith('.pb'))
    .map((name) => [
      name,
      readFileSync(join(path, name)),
      JSON.parse(readFileSync(join(path, name.replace(/pb$/, 'json')), 'utf8')) as Fields,
    ]);
}

for (const [name, bytes, json] of pairs('roundtrip')) {
  test(`${name}, with every field set, is read as its JSON and written as the same bytes`, () => {
    assert.deepEqual(decodeProtobuf(bytes).object, json);
    assert.deepEqual(Buffer.from(encodeProtobuf(json)), bytes);
  });
}

for (const [name, bytes, json] of pairs('protobuf')) {
  test(`${name}, as kubectl sends it, has no fields that were not set`, () => {
    assert.deepEqual(decodeProtobuf(bytes).object, json);
    assert.deepEqual(decodeProtobuf(encodeProtobuf(json)).object, json);
  });
}

function roundTrip(object: Fields): Fields {
  return decodeProtobuf(encodeProtobuf(object)).object;
}

const kept: Readonly<Record<string, Fields>> = {
  'zeros of pointers': {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: {
      replicas: 0,
      revisionHistoryLimit: 0,
      template: { spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0 } },
    },
  },
  'an empty name of a storage class, which means none': {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { storageClassName: '' },
  },
  'empty structs': {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { securityContext: {}, volumes: [{ name: 'tmp', emptyDir: {} }] },
  },
  'keys that JavaScript knows': JSON.parse(
    '{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"x","constructor":"y"}}',
  ) as Fields,
  'a list of a kind': {
    apiVersion: 'v1',
    kind: 'PodList',
    metadata: { resourceVersion: '7' },
    items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
  },
  'options under the version of a group': {
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'u' },
  },
  'a refusal': { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 404 },
  'an aggregated API': {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    spec: { group: 'metrics.k8s.io', groupPriorityMinimum: 0, versionPriority: 100, caBundle: 'AA==' },
  },
  'the schema of a custom resource': {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: {
      versions: [
        {
          schema: {
            openAPIV3Schema: {
              $ref: '#/x',
              'x-kubernetes-preserve-unknown-fields': false,
              'x-kubernetes-list-map-keys': ['name'],
              additionalProperties: false,
              items: [{ type: 'string' }],
              enum: [null, 1, { a: [] }],
              default: { deep: [0, ''] },
              properties: { a: { additionalProperties: { minimum: 0 }, items: { type: 'object' } } },
            },
          },
        },
      ],
    },
  },
};

for (const [what, object] of Object.entries(kept)) {
  test(`keeps ${what}`, () => assert.deepEqual(roundTrip(object), object));
}

test('fields that hold no value count as not set: null, empty text and zero of what is no pointer', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', generateName: '', creationTimestamp: null, generation: 0 },
    spec: { nodeName: '', hostNetwork: false, containers: [{ name: '', stdin: false }] },
  };
  assert.deepEqual(roundTrip(pod), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: '' }] },
  });
});

test('times are written in UTC, whole seconds or microseconds', () => {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { creationTimestamp: '2026-01-01T01:00:00.9+01:00' },
    spec: { renewTime: '2026-01-01T00:00:00.1234567Z' },
  };
  const { metadata, spec } = roundTrip(lease);
  assert.deepEqual(metadata, { creationTimestamp: '2026-01-01T00:00:00Z' });
  assert.deepEqual(spec, { renewTime: '2026-01-01T00:00:00.123456Z' });
});

test('a free-form field may hold an object in protobuf', () => {
  const inner = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } };
  const writer = protobuf.Writer.create();
  writer
    .uint32((2 << 3) | 2)
    .fork()
    .uint32((1 << 3) | 2)
    .bytes(encodeProtobuf(inner))
    .ldelim();
  const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision' };
  assert.deepEqual(decodeProtobuf(envelope(revision, writer.finish())).object, { ...revision, data: inner });
});

test('an envelope without a kind has the one that the request names', () => {
  const bytes = envelope({ apiVersion: '', kind: '' }, Buffer.alloc(0));
  const defaults = { apiVersion: 'v1', kind: 'Pod' };
  assert.deepEqual(decodeProtobuf(bytes, defaults), { ...defaults, object: defaults });
});

test('an event of a watch holds its object in an envelope', () => {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } };
  const bytes = Buffer.from(encodeWatchEvent('ADDED', object));
  const start = bytes.indexOf('k8s\0');
  assert.equal(bytes.subarray(0, start).includes('ADDED'), true);
  assert.deepEqual(decodeProtobuf(bytes.subarray(start)).object, object);
});

function envelope(typeMeta: { apiVersion: string; kind: string }, raw: Uint8Array, encoding = ''): Buffer {
  const writer = protobuf.Writer.create();
  const text = (2 << 3) | 2;
  writer.uint32(10).fork().uint32(10).string(typeMeta.apiVersion).uint32(text).string(typeMeta.kind).ldelim();
  writer
    .uint32(text)
    .bytes(raw)
    .uint32((3 << 3) | 2)
    .string(encoding);
  return Buffer.concat([Buffer.from('k8s\0'), writer.finish()]);
}

const pod = { apiVersion: 'v1', kind: 'Pod' };
const whole = Buffer.from(encodeProtobuf({ ...pod, metadata: { name: 'a' }, spec: { nodeName: 'n' } }));
const refused: Readonly<Record<string, [Uint8Array, RegExp]>> = {
  'other bytes': [Buffer.from('{}'), /expected prefix \[107 56 115 0\]/],
  'bytes that end too early': [whole.subarray(0, -8), /EOF|index out of range/],
  'a kind without a protobuf form': [
    envelope({ apiVersion: 'berth.dev/v1', kind: 'Host' }, Buffer.alloc(0)),
    /no kind "Host"/,
  ],
  'an encoding of the content': [envelope(pod, Buffer.alloc(0), 'gzip'), /content encoding "gzip"/],
  'a field of another wire type': [envelope(pod, Buffer.from([0x08, 0x01])), /wrong wireType = 0/],
  'text that is no UTF-8': [
    envelope(pod, Buffer.from([0x0a, 0x03, 0x0a, 0x01, 0xff])),
    /invalid UTF-8.*metadata\.name/,
  ],
  'an integer above 2^53': [
    envelope(pod, Buffer.from([0x0a, 0x0a, 0x38, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])),
    /9223372036854775807 is too large to be kept exactly.*metadata\.generation/,
  ],
};

for (const [what, [bytes, message]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => decodeProtobuf(bytes),
      (error) => error instanceof ProtobufFault && message.test(`${error.problem} (${error.path})`),
    );
  });
}

test('refuses to nest without end', () => {
  let schema = Buffer.alloc(0);
  // JSONSchemaProps.not is field 28.
  for (let depth = 0; depth < 2000; depth++) {
    const writer = protobuf.Writer.create();
    schema = Buffer.from(
      writer
        .uint32((28 << 3) | 2)
        .bytes(schema)
        .finish(),
    );
  }
  const wrap = (id: number, bytes: Uint8Array): Uint8Array =>
    protobuf.Writer.create()
      .uint32((id << 3) | 2)
      .bytes(bytes)
      .finish();
  const definition = wrap(2, wrap(7, wrap(4, wrap(1, schema))));
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  assert.throws(() => decodeProtobuf(envelope(crd, definition)), /nested more than 500 deep/);
});

test('refuses to write a value of another type, and says where', () => {
  assert.throws(
    () => encodeProtobuf({ ...pod, spec: { containers: [{ name: 'a' }, { name: 7 }] } }),
    (error) => error instanceof ProtobufFault && error.path === 'spec.containers.name',
  );
});

test('the prefix tells protobuf from anything else', () => {
  assert.equal(isProtobuf(whole), true);
  assert.equal(isProtobuf(Buffer.from('k8')), false);
});
