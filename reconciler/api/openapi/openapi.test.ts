import assert from 'node:assert/strict';
import { test } from 'node:test';
import { index, type Json, openApi, protobuf, read, served, view } from './openapi-scenario.ts';
import { OpenApi } from './openapi.ts';
import type { MutableView } from '../../core/model/view.ts';

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
