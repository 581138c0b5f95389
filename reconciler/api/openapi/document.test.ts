import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gnosticObject } from './gnostic.ts';
import { index, type Json, openApi, protobuf, read, view } from './openapi-scenario.ts';

/** Names that `$ref`s in a document point at. */
function refs(text: string, prefix: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref.slice(prefix.length)));
}

test('every reference of a document leads somewhere', () => {
  for (const name of Object.keys(index(view))) {
    const document = read(`/openapi/v3/${name}`);
    for (const ref of refs(JSON.stringify(document), '#/components/schemas/'))
      assert.ok(document.components.schemas[ref] !== undefined, `${name}: ${ref}`);
  }
  const whole = read('/openapi/v2');
  for (const ref of refs(JSON.stringify(whole), '#/'))
    assert.ok(
      ref.startsWith('parameters/') || whole.definitions[ref.slice('definitions/'.length)] !== undefined,
      ref,
    );
});

test('every kind is described', () => {
  const { definitions } = read('/openapi/v2');
  const kinds = view.kinds.all.filter(({ group }) => group !== 'example.com');
  for (const { definition } of kinds)
    assert.match(JSON.stringify(definitions[definition]?.['description']), /^".{10,}"$/, definition);
});

test('custom kinds are published as their schema has them, v2 without what it cannot say', () => {
  const v3 = read('/openapi/v3/apis/example.com/v1').components.schemas['com.example.v1.Widget'];
  assert.deepEqual(v3?.['x-kubernetes-group-version-kind'], [
    { group: 'example.com', version: 'v1', kind: 'Widget' },
  ]);
  const spec = (schema: Json | undefined): unknown => (schema?.['properties'] as Json)['spec'];
  assert.deepEqual(spec(v3), {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer' },
      maybe: { type: 'string', nullable: true },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      open: {
        type: 'object',
        properties: { a: { type: 'string' } },
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
  });
  const v2 = read('/openapi/v2').definitions['com.example.v1.Widget'];
  assert.equal(v2?.['description'], 'A widget.');
  assert.deepEqual(spec(v2), {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer' },
      maybe: {},
      port: { 'x-kubernetes-int-or-string': true },
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  });
});

test('the whole document as protobuf says the same as its JSON', () => {
  const json = read('/openapi/v2');
  const document = openApi.document({ path: '/openapi/v2', accept: protobuf }, view);
  assert.equal(document?.contentType, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  const decoded = gnosticObject('Document', document.body) as {
    readonly swagger: string;
    readonly paths: { readonly path: readonly { readonly name: string; readonly value: Json }[] };
    readonly definitions: {
      readonly additionalProperties: readonly { readonly name: string; readonly value: Json }[];
    };
  };
  assert.equal(decoded.swagger, '2.0');
  assert.deepEqual(
    decoded.paths.path.map(({ name }) => name),
    Object.keys(json.paths),
  );
  const schemas = decoded.definitions.additionalProperties;
  assert.deepEqual(
    schemas.map(({ name }) => name),
    Object.keys(json.definitions),
  );
  const pod = schemas.find(({ name }) => name === 'io.k8s.api.core.v1.Pod')?.value;
  assert.deepEqual(pod?.['vendorExtension'], [
    {
      name: 'x-kubernetes-group-version-kind',
      value: { yaml: '[{"group":"","version":"v1","kind":"Pod"}]\n' },
    },
  ]);
});
