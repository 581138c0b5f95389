import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { refOf } from '../../core/model/object.ts';
import { MutableView } from '../../core/model/view.ts';
import { gnosticObject } from './gnostic.ts';
import { OpenApi } from './openapi.ts';

type Json = Readonly<Record<string, unknown>>;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
  readonly definitions: Readonly<Record<string, Json>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly $ref?: string }[];
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': Json;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

const protobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function widgets(size: Json): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A widget.',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size,
                    maybe: { type: 'string', nullable: true },
                    port: {
                      'x-kubernetes-int-or-string': true,
                      anyOf: [{ type: 'integer' }, { type: 'string' }],
                    },
                    open: {
                      type: 'object',
                      properties: { a: { type: 'string' } },
                      'x-kubernetes-preserve-unknown-fields': true,
                    },
                  },
                },
              },
            },
          },
        },
      ],
    },
    status: {
      acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True' },
      ],
      storedVersions: ['v1'],
    },
  };
}

function served(size: Json = { type: 'integer' }): MutableView {
  const view = new MutableView();
  const definition = widgets(size);
  view.apply(refOf(definition), definition, 1);
  return view;
}

const view = served();
const openApi = new OpenApi();

function read(path: string, from = view): Document {
  const document = openApi.document({ path, accept: 'application/json' }, from);
  assert.ok(document !== undefined, path);
  assert.equal(document.contentType, 'application/json');
  return JSON.parse(document.body.toString()) as Document;
}

function index(from: MutableView): Readonly<Record<string, string>> {
  const { paths } = read('/openapi/v3', from) as unknown as {
    paths: Readonly<Record<string, { serverRelativeURL: string }>>;
  };
  return Object.fromEntries(Object.entries(paths).map(([name, entry]) => [name, entry.serverRelativeURL]));
}

/** Names that `$ref`s in a document point at. */
function refs(text: string, prefix: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref.slice(prefix.length)));
}

test('the index has a hashed URL for each group and version', () => {
  const urls = index(view);
  assert.match(urls['api/v1'] ?? '', /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
  for (const name of [
    'apis/apps/v1',
    'apis/autoscaling/v1',
    'apis/autoscaling/v2',
    'apis/example.com/v1',
    'version',
  ])
    assert.ok(urls[name] !== undefined, name);
});

test('a hash changes with its own kinds alone', () => {
  const [before, after] = [index(view), index(served({ type: 'integer', minimum: 1 }))];
  const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
  assert.deepEqual(changed, ['apis/example.com/v1']);
});

test('a kind can be patched, and the patch takes fieldValidation: kubectl looks for that', () => {
  const { paths } = read('/openapi/v3/apis/apps/v1');
  const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
  assert.equal(patch?.['x-kubernetes-action'], 'patch');
  assert.deepEqual(patch?.['x-kubernetes-group-version-kind'], {
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
  });
  assert.deepEqual(
    patch?.parameters?.map(({ name, in: place }) => `${place ?? ''} ${name ?? ''}`),
    ['query dryRun', 'query fieldManager', 'query fieldValidation', 'query force'],
  );
  assert.deepEqual(Object.keys(patch?.requestBody?.content ?? {}), [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ]);
});

test('each verb of a kind has its operation', () => {
  const { paths } = read('/openapi/v3/api/v1');
  const actions = (path: string): unknown =>
    Object.entries(paths[path] ?? {})
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => `${method} ${operation['x-kubernetes-action']}`)
      .sort();
  assert.deepEqual(actions('/api/v1/namespaces/{namespace}/pods'), [
    'delete deletecollection',
    'get list',
    'post post',
  ]);
  assert.deepEqual(actions('/api/v1/pods'), ['get list']);
  assert.deepEqual(actions('/api/v1/namespaces/{namespace}/pods/{name}'), [
    'delete delete',
    'get get',
    'patch patch',
    'put put',
  ]);
  assert.deepEqual(actions('/api/v1/namespaces/{namespace}/pods/{name}/eviction'), ['post post']);
  assert.deepEqual(actions('/api/v1/namespaces/{namespace}/pods/{name}/exec'), [
    'get connect',
    'post connect',
  ]);
  assert.deepEqual(actions('/api/v1/namespaces/{namespace}/pods/{name}/log'), ['get get']);
  assert.deepEqual(actions('/api/v1/namespaces/{name}/finalize'), ['put put']);
});

test('schemas say how fields merge, what they may hold and what they mean', () => {
  const { schemas } = read('/openapi/v3/api/v1').components;
  const property = (definition: string, name: string): Json =>
    (schemas[`io.k8s.api.core.v1.${definition}`]?.['properties'] as Readonly<Record<string, Json>>)[name] ??
    {};
  assert.deepEqual(schemas['io.k8s.api.core.v1.Pod']?.['x-kubernetes-group-version-kind'], [
    { group: '', version: 'v1', kind: 'Pod' },
  ]);
  const containers = property('PodSpec', 'containers');
  assert.equal(containers['x-kubernetes-patch-merge-key'], 'name');
  assert.equal(containers['x-kubernetes-patch-strategy'], 'merge');
  assert.equal(containers['x-kubernetes-list-type'], 'map');
  assert.deepEqual(containers['x-kubernetes-list-map-keys'], ['name']);
  assert.deepEqual(property('Container', 'imagePullPolicy')['enum'], ['Always', 'IfNotPresent', 'Never']);
  assert.equal(property('ContainerPort', 'protocol')['default'], 'TCP');
  assert.equal(property('ServiceSpec', 'selector')['x-kubernetes-map-type'], 'atomic');
  assert.equal(property('Container', 'args')['x-kubernetes-list-type'], 'atomic');
  assert.deepEqual(schemas['io.k8s.apimachinery.pkg.util.intstr.IntOrString'], {
    oneOf: [{ type: 'integer' }, { type: 'string' }],
    format: 'int-or-string',
  });
  assert.ok(String(property('PodSpec', 'containers')['description']).length > 10);
});

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

test('documents stay as long as their kinds do', () => {
  const document = (path: string, from: MutableView): unknown =>
    openApi.document({ path, accept: undefined }, from);
  assert.equal(document('/openapi/v3/apis/apps/v1', view), document('/openapi/v3/apis/apps/v1', served()));
  assert.equal(document('/openapi/v2', view), document('/openapi/v2', view));
  assert.notEqual(document('/openapi/v2', view), document('/openapi/v2', served()));
});

test('what is kept is bounded', () => {
  const many = new OpenApi();
  for (const name of Object.keys(index(view)))
    many.document({ path: `/openapi/v3/${name}`, accept: undefined }, view);
  many.document({ path: '/openapi/v2', accept: undefined }, view);
  many.document({ path: '/openapi/v2', accept: protobuf }, view);
  assert.ok(many.keptBytes <= 12 * 1024 * 1024);
});

test('paths that are not there, and forms that are not given', () => {
  for (const path of ['/openapi', '/openapi/v4', '/openapi/v3/apis/none/v1', '/openapi/v3x'])
    assert.equal(openApi.document({ path, accept: undefined }, view), undefined, path);
  assert.throws(
    () =>
      openApi.document(
        { path: '/openapi/v3', accept: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf' },
        view,
      ),
    /only the following media types are accepted/,
  );
});
