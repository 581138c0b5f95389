import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { pullPolicyOf } from './containers.ts';
import { applyDefaults } from './defaults.ts';

type Fields = Readonly<Record<string, unknown>>;

const container = { name: 'web', image: 'nginx:1' };

function podSpec(spec: object, labels: Readonly<Record<string, string>> = {}, isNew = false): Fields {
  const metadata = { name: 'web', namespace: 'shop', labels, ...(isNew ? {} : { resourceVersion: '7' }) };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container], ...spec } };
  const filled = applyDefaults(pod);
  if (!isNew) assert.equal(applyDefaults(filled), filled);
  return (filled as KubeObject & { readonly spec: Fields }).spec;
}

function containerOf(fields: object, spec: object = {}): Fields {
  const [first] = podSpec({ containers: [{ ...container, ...fields }], ...spec })['containers'] as Fields[];
  return first ?? {};
}

function volumeOf(volume: object): Fields {
  const [first] = podSpec({ volumes: [{ name: 'data', ...volume }] })['volumes'] as Fields[];
  const { name: _, ...source } = first ?? {};
  return source;
}

test('a pod', () => {
  assert.deepEqual(podSpec({}), {
    containers: [
      {
        ...container,
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        resources: {},
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    enableServiceLinks: true,
  });
});

test('nulls and empty names count as left out', () => {
  const spec = podSpec({ restartPolicy: '', terminationGracePeriodSeconds: null, securityContext: null });
  assert.equal(spec['restartPolicy'], 'Always');
  assert.equal(spec['terminationGracePeriodSeconds'], 30);
  assert.deepEqual(spec['securityContext'], {});
});

test('the service account has two names', () => {
  for (const given of [
    { serviceAccount: 'a' },
    { serviceAccountName: 'a' },
    { serviceAccount: 'b', serviceAccountName: 'a' },
  ]) {
    const { serviceAccount, serviceAccountName } = podSpec(given);
    assert.deepEqual([serviceAccount, serviceAccountName], ['a', 'a']);
  }
});

test('the pull policy follows the tag', () => {
  for (const [image, policy] of [
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['localhost:5000/nginx', 'Always'],
    ['nginx:1', 'IfNotPresent'],
    ['localhost:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:0123', 'IfNotPresent'],
  ] as const)
    assert.equal(pullPolicyOf(image), policy, image);
});

test('probes, hooks and the downward API', () => {
  const counts = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  const filled = containerOf({
    livenessProbe: { httpGet: { port: 80 }, timeoutSeconds: 0 },
    readinessProbe: { grpc: { port: 1 }, periodSeconds: 2 },
    lifecycle: { preStop: { httpGet: { port: 80 } } },
    ports: [{ containerPort: 80 }],
    env: [
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
  });
  assert.deepEqual(filled['livenessProbe'], { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, ...counts });
  assert.deepEqual(filled['readinessProbe'], { grpc: { port: 1, service: '' }, ...counts, periodSeconds: 2 });
  assert.deepEqual(filled['lifecycle'], { preStop: { httpGet: { port: 80, path: '/', scheme: 'HTTP' } } });
  assert.deepEqual(filled['ports'], [{ containerPort: 80, protocol: 'TCP' }]);
  assert.deepEqual(filled['env'], [
    { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } },
    { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } } },
  ]);
});

test('a limit is requested in full, in pods alone', () => {
  const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } };
  assert.deepEqual(containerOf({ resources })['resources'], {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  });
  const spec = { template: { spec: { containers: [{ ...container, resources }] } } };
  const set = applyDefaults({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {}, spec } as KubeObject);
  assert.match(JSON.stringify(set), /"requests":\{"cpu":"500m"\}/);
});

test("on the host's network ports are the host's", () => {
  const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 82 }];
  assert.deepEqual(containerOf({ ports }, { hostNetwork: true })['ports'], [
    { containerPort: 80, hostPort: 80, protocol: 'TCP' },
    { containerPort: 81, hostPort: 82, protocol: 'TCP' },
  ]);
});

test("a pod's own requests come from its containers, then from its limits", () => {
  const asking = { ...container, resources: { requests: { cpu: '250m' } } };
  const spec = podSpec({
    containers: [asking, { ...asking, name: 'b' }],
    resources: { limits: { cpu: '1', memory: '1Gi' } },
  });
  assert.deepEqual(spec['resources'], {
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  });
});

for (const [name, given, filled] of [
  ['none', {}, { emptyDir: {} }],
  ['configMap', { configMap: { name: 'a' } }, { configMap: { name: 'a', defaultMode: 420 } }],
  ['secret', { secret: { secretName: 'a' } }, { secret: { secretName: 'a', defaultMode: 420 } }],
  ['hostPath', { hostPath: { path: '/a' } }, { hostPath: { path: '/a', type: '' } }],
  [
    'downwardAPI',
    { downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } },
    {
      downwardAPI: {
        defaultMode: 420,
        items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } }],
      },
    },
  ],
  [
    'projected',
    { projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { configMap: { name: 'a' } }] } },
    {
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
          { configMap: { name: 'a' } },
        ],
      },
    },
  ],
  ['iscsi', { iscsi: { iqn: 'a' } }, { iscsi: { iqn: 'a', iscsiInterface: 'default' } }],
  [
    'rbd',
    { rbd: { image: 'a' } },
    { rbd: { image: 'a', pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
  ],
  [
    'azureDisk',
    { azureDisk: { diskName: 'a' } },
    {
      azureDisk: { diskName: 'a', cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false },
    },
  ],
  ['scaleIO', { scaleIO: {} }, { scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' } }],
  [
    'ephemeral',
    { ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } } },
  ],
  ['image', { image: { reference: 'a' } }, { image: { reference: 'a', pullPolicy: 'Always' } }],
  [
    'persistentVolumeClaim',
    { persistentVolumeClaim: { claimName: 'a' } },
    { persistentVolumeClaim: { claimName: 'a' } },
  ],
] as const) {
  test(`a volume of source ${name}`, () => {
    assert.deepEqual(volumeOf(given), filled);
  });
}

test("a new pod's label keys become requirements on its labels, once", () => {
  const term = {
    topologyKey: 'zone',
    labelSelector: {},
    matchLabelKeys: ['hash', 'absent'],
    mismatchLabelKeys: ['tenant'],
  };
  const spread = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: {},
    matchLabelKeys: ['hash'],
  };
  const given = {
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    topologySpreadConstraints: [spread],
  };
  const labels = { hash: 'h', tenant: 't' };
  const spec = JSON.stringify(podSpec(given, labels, true));
  assert.match(
    spec,
    /\{"key":"hash","operator":"In","values":\["h"\]\},\{"key":"tenant","operator":"NotIn","values":\["t"\]\}/,
  );
  assert.equal(spec.split('"operator":"In"').length, 3);
  assert.doesNotMatch(JSON.stringify(podSpec(given, labels)), /operator/);
});
