import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Node, Pod, Secret, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { affectedEntries, desiredEntries, desiredEntry } from './desired-state.ts';
import { peersKey } from './network-entries.ts';

const settings = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };

function viewOf(...objects: KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function node(name: string, number: number): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name },
    spec: { podCIDR: `10.42.${number}.0/24` },
    status: { addresses: [{ type: 'InternalIP', address: `192.168.0.${number}` }] },
  };
}

function pod(name: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'main' }], ...spec } };
}

function configMap(name: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: name },
    data: { key: name },
  };
}

function secret(name: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'shop', uid: name },
    data: { key: 'dmFsdWU=' },
  };
}

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'service' },
  spec: {
    type: 'NodePort',
    clusterIPs: ['10.43.0.9'],
    ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }],
  },
};

function slice(name: string, ...endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'shop', uid: name, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  };
}

function endpoint(ip: string, ready: boolean, terminating = false): Endpoint {
  return { addresses: [ip], conditions: { ready, serving: true, terminating } };
}

const demanding = pod('db', {
  nodeName: 'n1',
  volumes: [
    { name: 'a', configMap: { name: 'files' } },
    { name: 'b', projected: { sources: [{ secret: { name: 'token' } }, { configMap: { name: 'more' } }] } },
  ],
  containers: [
    {
      name: 'main',
      env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'password', key: 'key' } } }],
      envFrom: [{ configMapRef: { name: 'environment' } }],
    },
  ],
  imagePullSecrets: [{ name: 'registry' }],
});

test('a host is told of its pods, and of what these mention, wherever they mention it', () => {
  const maps = ['files', 'more', 'environment', 'unused'].map(configMap);
  const secrets = ['token', 'password', 'registry', 'unused'].map(secret);
  const view = viewOf(
    node('n1', 1),
    demanding,
    pod('other', { nodeName: 'n2' }),
    pod('waiting'),
    ...maps,
    ...secrets,
  );
  assert.deepEqual(
    desiredEntries(view, 'n1', settings).map(({ key }) => key),
    [
      'configmap/shop/environment',
      'configmap/shop/files',
      'configmap/shop/more',
      'network',
      peersKey('n1'),
      'pod/uid-db',
      'secret/shop/password',
      'secret/shop/registry',
      'secret/shop/token',
    ],
  );
});

test('a pod goes without its status and revision, and with the time of its deletion', () => {
  const status = { phase: 'Running' };
  const metadata = { ...demanding.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  const view = viewOf({ ...demanding, metadata, status } as Pod);
  const entry = desiredEntry(view, 'n1', 'pod/uid-db', settings);
  assert.ok(entry?.type === 'pod');
  assert.equal(entry.pod.status, undefined);
  assert.equal(entry.pod.metadata.resourceVersion, undefined);
  assert.equal(entry.pod.metadata.deletionTimestamp, '2026-01-01T00:00:00Z');
  assert.equal(desiredEntry(view, 'n2', 'pod/uid-db', settings), undefined);
});

test('a pod goes with what others say of its readiness gates, and again when they say otherwise', () => {
  const gated = (ready: string): Pod => ({
    ...demanding,
    spec: { containers: [], ...demanding.spec, readinessGates: [{ conditionType: 'shop/ready' }] },
    status: {
      conditions: [
        { type: 'Ready', status: ready },
        { type: 'shop/ready', status: ready, lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
  });
  const entry = desiredEntry(viewOf(gated('True')), 'n1', 'pod/uid-db', settings);
  assert.ok(entry?.type === 'pod');
  assert.deepEqual(entry.pod.status, { conditions: [{ type: 'shop/ready', status: 'True' }] });
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'db' };
  const change = { ref, before: gated('False'), after: gated('True') };
  assert.ok(affectedEntries(change, viewOf(gated('True'))).some(({ key }) => key === 'pod/uid-db'));
});

test('a service is told with its ready endpoints, sorted and each once', () => {
  const slices = [
    slice('one', endpoint('10.42.2.3', true), endpoint('10.42.1.9', true)),
    slice('two', endpoint('10.42.1.9', true), endpoint('10.42.1.4', false)),
  ];
  const entry = desiredEntry(viewOf(service, ...slices), 'n1', 'service/shop/web', settings);
  assert.deepEqual(entry, {
    key: 'service/shop/web',
    type: 'service',
    clusterIPs: ['10.43.0.9'],
    ports: [
      {
        name: '',
        protocol: 'TCP',
        port: 80,
        nodePort: 30080,
        endpoints: [
          { ip: '10.42.1.9', port: 8080 },
          { ip: '10.42.2.3', port: 8080 },
        ],
      },
    ],
  });
});

test('affinity by client address is told with its time, three hours unless the service says so', () => {
  const spec = { ...service.spec, sessionAffinity: 'ClientIP' };
  const told = (more: object): number | undefined => {
    const view = viewOf({ ...service, spec: { ...spec, ...more } } as Service);
    const entry = desiredEntry(view, 'n1', 'service/shop/web', settings);
    assert.ok(entry?.type === 'service');
    return entry.affinitySeconds;
  };
  assert.equal(told({}), 10_800);
  assert.equal(told({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }), 60);
  assert.equal(told({ sessionAffinity: 'None' }), undefined);
});

test('with nothing ready, what still serves while it ends is better than a refusal', () => {
  const view = viewOf(
    service,
    slice('one', endpoint('10.42.1.9', false, true), endpoint('10.42.1.8', false)),
  );
  const entry = desiredEntry(view, 'n1', 'service/shop/web', settings);
  assert.ok(entry?.type === 'service');
  assert.deepEqual(entry.ports[0]?.endpoints, [{ ip: '10.42.1.9', port: 8080 }]);
});

test('headless and external services need no rules', () => {
  for (const spec of [
    { clusterIPs: ['None'], ports: [] },
    { type: 'ExternalName', externalName: 'example.com' },
  ]) {
    assert.equal(
      desiredEntry(viewOf({ ...service, spec } as Service), 'n1', 'service/shop/web', settings),
      undefined,
    );
  }
});

test('a host is told its own place, and all hosts alike who has a range and an address', () => {
  const unready: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n3', uid: 'n3' } };
  const view = viewOf(node('n2', 2), node('n1', 1), unready);
  assert.deepEqual(desiredEntry(view, 'n1', 'network', settings), {
    key: 'network',
    type: 'network',
    nodeName: 'n1',
    nodeAddress: '192.168.0.1',
    podCidr: '10.42.1.0/24',
    ...settings,
  });
  assert.equal(desiredEntry(view, 'n3', 'network', settings), undefined);
  const peers = desiredEntries(view, 'n1', settings).filter((entry) => entry.type === 'peers');
  const named = [
    {
      key: peersKey('n1'),
      type: 'peers',
      peers: [{ nodeName: 'n1', address: '192.168.0.1', podCidr: '10.42.1.0/24' }],
    },
    {
      key: peersKey('n2'),
      type: 'peers',
      peers: [{ nodeName: 'n2', address: '192.168.0.2', podCidr: '10.42.2.0/24' }],
    },
  ];
  assert.deepEqual(
    new Map(peers.map((entry) => [entry.key, entry])),
    new Map(named.map((entry) => [entry.key, entry])),
  );
  assert.deepEqual(desiredEntry(view, 'n3', peersKey('n2'), settings), named[1]);
});

test('a change touches only what it can change', () => {
  const view = viewOf(node('n1', 1), demanding, configMap('files'), configMap('unused'), service);
  const keys = (before: KubeObject | undefined, after: KubeObject | undefined) =>
    affectedEntries({ ref: refOf((after ?? before) as KubeObject), before, after }, view).map(
      ({ node: where, key }) => `${where} ${key}`,
    );
  assert.deepEqual(keys(undefined, pod('waiting')), []);
  assert.deepEqual(keys(undefined, pod('web', { nodeName: 'n1' })), ['n1 pod/uid-web']);
  assert.equal(keys(demanding, undefined).length, 7);
  assert.deepEqual(keys(undefined, configMap('files')), ['n1 configmap/shop/files']);
  assert.deepEqual(keys(undefined, configMap('unused')), []);
  assert.deepEqual(keys(undefined, service), ['* service/shop/web']);
  assert.deepEqual(keys(slice('one'), undefined), ['* service/shop/web']);
  assert.deepEqual(keys(undefined, node('n1', 1)), ['n1 network', `* ${peersKey('n1')}`]);
});

test('what hosts report touches nothing', () => {
  const view = viewOf(node('n1', 1), demanding);
  const reported = {
    ...demanding,
    status: { phase: 'Running' },
    metadata: { ...demanding.metadata, resourceVersion: '8' },
  } as Pod;
  assert.deepEqual(affectedEntries({ ref: refOf(demanding), before: demanding, after: reported }, view), []);
  const beating = { ...node('n1', 1), metadata: { name: 'n1', uid: 'n1', resourceVersion: '9' } } as Node;
  assert.deepEqual(affectedEntries({ ref: refOf(beating), before: node('n1', 1), after: beating }, view), []);
});

test('equal states give equal entries', () => {
  const objects = [
    node('n1', 1),
    node('n2', 2),
    demanding,
    configMap('files'),
    service,
    slice('one', endpoint('10.42.1.9', true)),
  ];
  const forwards = desiredEntries(viewOf(...objects), 'n1', settings);
  assert.deepEqual(desiredEntries(viewOf(...objects.toReversed()), 'n1', settings), forwards);
});
