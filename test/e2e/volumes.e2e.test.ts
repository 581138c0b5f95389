/** Volumes and tokens the whole way: what a pod wrote outlives it, and a pod speaks to the API as its account. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../../fixtures/lab/berth-process.ts';
import type { TokenReview } from '../../schemas/kubernetes/types/authentication-v1.ts';
import type { PersistentVolume, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;

before(async () => {
  cluster = await startCluster({
    name: 'e2evol',
    hosts: 2,
    images: ['busybox:1'],
  });
  await cluster.berth.api('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
});
after(async () => {
  await cluster.down();
});

const pods = '/api/v1/namespaces/shop/pods';
const claims = '/api/v1/namespaces/shop/persistentvolumeclaims';

async function run(name: string, script: string): Promise<void> {
  const container = {
    name: 'main',
    image: 'berth.local/busybox:1',
    command: ['sh', '-c', script],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  const spec = { containers: [container], volumes, terminationGracePeriodSeconds: 1, restartPolicy: 'Never' };
  await cluster.berth.api('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

/** The pod once it has succeeded. */
async function succeeded(name: string): Promise<Pod> {
  return eventually(`the end of ${name}`, async () => {
    const pod = await cluster.berth.api<Pod>('GET', `${pods}/${name}`);
    assert.notEqual(pod.status?.phase, 'Failed', JSON.stringify(pod.status));
    return pod.status?.phase === 'Succeeded' ? pod : undefined;
  });
}

async function log(name: string): Promise<string> {
  return cluster.berth.run('logs', '-n', 'shop', name);
}

async function removed(path: string): Promise<void> {
  await cluster.berth.api('DELETE', path);
  await eventually(`the end of ${path}`, () =>
    cluster.berth.api('GET', path).then(
      () => undefined,
      () => true,
    ),
  );
}

test('what a pod wrote is there for the next one, and goes with the claim', async () => {
  await cluster.berth.api('POST', claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await run('writer', 'echo kept > /data/file');
  const writer = await succeeded('writer');
  await removed(`${pods}/writer`);
  await run('reader', 'cat /data/file');
  const reader = await succeeded('reader');
  assert.equal(reader.spec?.nodeName, writer.spec?.nodeName, 'a local volume is on one host');
  assert.equal(await log('reader'), 'kept\n');
  const host = cluster.lab.hosts.find(({ name }) => name === reader.spec?.nodeName);
  assert.ok(host);
  const volumes = '/api/v1/persistentvolumes';
  const { items } = await cluster.berth.api<{ items: PersistentVolume[] }>('GET', volumes);
  const [volume] = items;
  const folder = volume?.spec?.local?.path ?? '';
  assert.equal(await host.check(['cat', `${folder}/file`]), 'kept\n');
  await removed(`${pods}/reader`);
  await removed(`${claims}/data`);
  await eventually('the end of the volume', async () =>
    (await cluster.berth.api<{ items: unknown[] }>('GET', volumes)).items.length === 0 ? true : undefined,
  );
  assert.notEqual((await host.run(['ls', folder])).code, 0, 'the folder is gone');
});

test('a pod finds the API, and a token that speaks for it', async () => {
  const place = '/var/run/secrets/kubernetes.io/serviceaccount';
  const script = [
    `test "$(cat ${place}/namespace)" = shop`,
    `test "$(head -n 1 ${place}/ca.crt)" = '-----BEGIN CERTIFICATE-----'`,
    'nc -w 3 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT < /dev/null',
    `cat ${place}/token`,
  ].join(' && ');
  const container = { name: 'main', image: 'berth.local/busybox:1', command: ['sh', '-c', script] };
  await cluster.berth.api('POST', pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asks' },
    spec: { containers: [container], restartPolicy: 'Never' },
  });
  const pod = await succeeded('asks');
  const token = await log('asks');
  const review = (): Promise<TokenReview> =>
    cluster.berth.api('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
  const { user } = (await review()).status ?? {};
  assert.equal(user?.username, 'system:serviceaccount:shop:default');
  assert.deepEqual(user?.extra?.['authentication.kubernetes.io/pod-uid'], [pod.metadata.uid]);
  assert.deepEqual(user?.extra?.['authentication.kubernetes.io/node-name'], [pod.spec?.nodeName]);
  await removed(`${pods}/asks`);
  assert.notEqual((await review()).status?.authenticated, true, 'the token dies with its pod');
});
