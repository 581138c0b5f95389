import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { APIGroupList, APIResourceList } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { builtInKinds, type KindInfo, kindTable } from '../../../schemas/kinds.ts';
import type { GroupDiscoveryList } from './aggregated.ts';
import { discoveryDocument } from './discovery.ts';
import { answerOf } from './document.ts';
import { compareVersions } from '../../core/custom/version-order.ts';

const aggregated = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
/** What kubectl 1.32 sends. */
const kubectl = `${aggregated('v2')},${aggregated('v2beta1')},application/json`;

function widget(version: string): KindInfo {
  return {
    group: 'example.com',
    version,
    kind: 'Widget',
    plural: 'widgets',
    singular: 'widget',
    shortNames: ['wd'],
    categories: ['all'],
    namespaced: true,
    definition: `custom:example.com/${version}/Widget`,
    listKind: 'WidgetList',
    verbs: ['create', 'get', 'list'],
    subresources: [],
  };
}

const table = kindTable([...builtInKinds.all, widget('v1beta1'), widget('v1')]);

function read<T>(path: string, accept?: string): T {
  const document = discoveryDocument({ path, accept, host: 'berth:6443' }, table);
  assert.ok(document !== undefined, path);
  return JSON.parse(document.body.toString()) as T;
}

test('/api names the version of the core group and where the server is', () => {
  assert.deepEqual(read('/api'), {
    kind: 'APIVersions',
    apiVersion: 'v1',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: 'berth:6443' }],
  });
});

test('/apis lists the groups in Kubernetes’ order, custom ones last, preferred versions first', () => {
  const { groups } = read<APIGroupList>('/apis/');
  const names = groups.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 4), [
    'apiregistration.k8s.io',
    'apps',
    'events.k8s.io',
    'authentication.k8s.io',
  ]);
  assert.deepEqual(names.slice(-2), ['berth.dev', 'example.com']);
  const versions = (name: string): unknown => groups.find((group) => group.name === name)?.versions;
  assert.deepEqual(versions('autoscaling'), [
    { groupVersion: 'autoscaling/v2', version: 'v2' },
    { groupVersion: 'autoscaling/v1', version: 'v1' },
  ]);
  assert.deepEqual(groups.find(({ name }) => name === 'example.com')?.preferredVersion, {
    groupVersion: 'example.com/v1',
    version: 'v1',
  });
});

test('/apis/GROUP is one of them', () => {
  assert.deepEqual(read('/apis/apps'), {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'apps',
    versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
    preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
  });
});

test('/api/v1 lists resources and subresources, foreign bodies with group and version', () => {
  const { groupVersion, resources } = read<APIResourceList>('/api/v1');
  assert.equal(groupVersion, 'v1');
  const named = (name: string): unknown => resources.find((resource) => resource.name === name);
  assert.deepEqual(named('pods'), {
    name: 'pods',
    singularName: 'pod',
    namespaced: true,
    kind: 'Pod',
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    shortNames: ['po'],
    categories: ['all'],
    storageVersionHash: 'xPOwRZ+Yhw8=',
  });
  assert.deepEqual(named('pods/eviction'), {
    name: 'pods/eviction',
    singularName: '',
    namespaced: true,
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    verbs: ['create'],
  });
  assert.deepEqual(named('pods/log'), {
    name: 'pods/log',
    singularName: '',
    namespaced: true,
    kind: 'Pod',
    verbs: ['get'],
  });
  assert.deepEqual(named('serviceaccounts/token'), {
    name: 'serviceaccounts/token',
    singularName: '',
    namespaced: true,
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  });
  const names = resources.map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
});

test('hashes of storage versions are the same in every version of a kind', () => {
  const hash = (path: string, name: string): unknown =>
    read<APIResourceList>(path).resources.find((resource) => resource.name === name)?.storageVersionHash;
  const autoscalers = 'horizontalpodautoscalers';
  assert.equal(hash('/apis/autoscaling/v1', autoscalers), hash('/apis/autoscaling/v2', autoscalers));
  assert.equal(hash('/apis/events.k8s.io/v1', 'events'), hash('/api/v1', 'events'));
  assert.equal(hash('/apis/apps/v1', 'deployments'), '8aSe+NMegvE=');
  assert.equal(hash('/api/v1', 'bindings'), undefined);
});

test('`kubectl get all` finds its kinds', () => {
  const all = table.all.filter(({ categories }) => categories.includes('all')).map(({ plural }) => plural);
  for (const plural of [
    'pods',
    'replicationcontrollers',
    'services',
    'daemonsets',
    'deployments',
    'replicasets',
    'statefulsets',
    'horizontalpodautoscalers',
    'cronjobs',
    'jobs',
  ])
    assert.ok(all.includes(plural), plural);
});

test('aggregated discovery answers what kubectl asks, and says so in its content type', () => {
  for (const [accept, version] of [
    [kubectl, 'v2'],
    [`${aggregated('v2beta1')},application/json`, 'v2beta1'],
  ] as const) {
    const document = discoveryDocument({ path: '/apis', accept, host: '' }, table);
    assert.equal(document?.contentType, aggregated(version));
    const list = JSON.parse(document.body.toString()) as GroupDiscoveryList;
    assert.deepEqual(
      [list.kind, list.apiVersion],
      ['APIGroupDiscoveryList', `apidiscovery.k8s.io/${version}`],
    );
    const apps = list.items.find(({ metadata }) => metadata.name === 'apps');
    assert.deepEqual(
      apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments'),
      {
        resource: 'deployments',
        responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        scope: 'Namespaced',
        singularResource: 'deployment',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['deploy'],
        categories: ['all'],
        subresources: [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get', 'patch', 'update'],
          },
          {
            subresource: 'status',
            responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
            verbs: ['get', 'patch', 'update'],
          },
        ],
      },
    );
  }
  const core = read<GroupDiscoveryList>('/api', kubectl);
  assert.deepEqual(
    core.items.map(({ metadata, versions }) => [metadata, versions.map(({ version }) => version)]),
    [[{}, ['v1']]],
  );
});

test('a client that has the document is told so', () => {
  const document = discoveryDocument({ path: '/apis', accept: kubectl, host: '' }, table);
  assert.ok(document?.etag !== undefined);
  assert.equal(answerOf(document, undefined).code, 200);
  assert.equal(answerOf(document, '"other"').code, 200);
  const { code, body, headers } = answerOf(document, `"other", ${document.etag}`);
  assert.deepEqual([code, body.length, headers['etag']], [304, 0, document.etag]);
});

test('documents are made once for a table', () => {
  const ask = (): unknown => discoveryDocument({ path: '/apis', accept: kubectl, host: '' }, table);
  assert.equal(ask(), ask());
});

test('paths that are not discovery’s, groups and versions that are not served', () => {
  for (const path of [
    '/',
    '/healthz',
    '/api/v2',
    '/api/v1/pods',
    '/apis/none',
    '/apis/apps/v9',
    '/apis/apps/v1/x',
  ])
    assert.equal(discoveryDocument({ path, accept: undefined, host: '' }, table), undefined, path);
});

test('a client that takes no JSON is refused', () => {
  assert.throws(
    () => discoveryDocument({ path: '/apis', accept: 'text/html', host: '' }, table),
    /only the following media types are accepted/,
  );
});

test('versions go by stability, then by number', () => {
  const versions = ['v1alpha1', 'v10', 'foo', 'v2beta2', 'v2', 'v1', 'v11alpha2', 'v2beta10', 'bar'];
  assert.deepEqual(
    versions.toSorted((a, b) => compareVersions(b, a)),
    ['v10', 'v2', 'v1', 'v2beta10', 'v2beta2', 'v11alpha2', 'v1alpha1', 'bar', 'foo'],
  );
});
