import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { ConfigMap, Namespace, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../core/model/plan.ts';
import { LinkError, SourceError } from '../core/ports.ts';
import type { BerthBackend } from './berth-routes.ts';
import { type Answer, type ApiTrial, servedApi } from '../../test/sim/api-trial.ts';
import { type TestContext, submitted } from '../../test/sim/memory-cluster.ts';

const maps = '/api/v1/namespaces/default/configmaps';

interface WatchEvent {
  readonly type: string;
  readonly object: ConfigMap;
}

const refusing = (): never => {
  throw new LinkError('NotConnected', 'the host is not connected');
};

const backend: BerthBackend = {
  plan: async (application) => {
    if (application !== 'shop')
      throw new SourceError('stalled', 'NotFound', `there is no Application ${application}`);
    return { commit: 'first', problems: [], text: 'nothing to do', plan: null };
  },
  scan: async (address, port) => [{ type: 'ssh-ed25519', fingerprint: `SHA256:${address}/${String(port)}` }],
  images: refusing,
  importImage: async (_host, digest, archive) => {
    let sizeBytes = 0;
    for await (const chunk of archive) sizeBytes += chunk.byteLength;
    return [{ id: digest, names: [], sizeBytes }];
  },
  session: refusing,
  logs: async (host, query) =>
    (async function* () {
      yield Buffer.from(`${host} ${query.container} ${String(query.tailLines)}\n`);
    })(),
};

/** A watch whose events are taken one at a time. */
async function watched(
  { socketPath }: ApiTrial,
  path: string,
): Promise<{ next: () => Promise<readonly [type: string, name: string]>; stop: () => void }> {
  const outgoing = request({ socketPath, path, agent: false });
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  assert.equal(answer.statusCode, 200);
  const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value } = await lines.next();
      const { type, object } = JSON.parse(String(value)) as WatchEvent;
      return [type, `${object.metadata.name ?? ''} ${object.data?.['color'] ?? ''}`];
    },
    stop: () => outgoing.destroy(),
  };
}

function configMap(name: string, color: string, labels: Readonly<Record<string, string>> = {}): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels },
    data: { color },
  };
}

async function withMaps(context: TestContext): Promise<ApiTrial> {
  const trial = await servedApi(context, backend);
  const objects = [
    configMap('api', 'red', { app: 'shop', tier: 'back' }),
    configMap('blog', 'white', { app: 'blog' }),
    configMap('web', 'blue', { app: 'shop', tier: 'front' }),
  ];
  await submitted(trial.cluster, ...objects.map((object): Change => ({ type: 'create', object })));
  return trial;
}

/** What every refusal looks like, but for its message. */
function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['apiVersion'], body['status']], ['Status', 'v1', 'Failure']);
  assert.equal(body['code'], code);
  return [code, body['reason'], body['message']];
}

function listed({ body }: Answer): readonly string[] {
  return (body['items'] as readonly ConfigMap[]).map(({ metadata }) => metadata.name ?? '');
}

test('one object is answered as it is stored', async (context) => {
  const { cluster, call } = await withMaps(context);
  const { code, body } = await call(`${maps}/web`);
  assert.deepEqual([code, body], [200, cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', 'web')]);
});

test('an object, a kind and a path that are not there are 404, each in Kubernetes’ words', async (context) => {
  const { call } = await servedApi(context, backend);
  assert.deepEqual(refusal(await call(`${maps}/none`)), [404, 'NotFound', 'configmaps "none" not found']);
  assert.deepEqual(refusal(await call('/apis/apps/v1/namespaces/default/deployments/none')), [
    404,
    'NotFound',
    'deployments.apps "none" not found',
  ]);
  for (const path of ['/api/v1/nothings', '/nowhere', '/api/v1/namespaces/default/configmaps/%E0%A4%A'])
    assert.deepEqual(refusal(await call(path)), [
      404,
      'NotFound',
      'the server could not find the requested resource',
    ]);
});

test('a list is of one namespace or of all, at a revision', async (context) => {
  const { cluster, call } = await withMaps(context);
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };
  const object = { ...configMap('far', 'grey'), metadata: { name: 'far', namespace: 'other' } };
  await submitted(cluster, { type: 'create', object: namespace }, { type: 'create', object });
  const one = await call(maps);
  assert.deepEqual(listed(one), ['api', 'blog', 'web']);
  assert.deepEqual(
    [one.body['kind'], one.body['apiVersion'], one.body['metadata']],
    ['ConfigMapList', 'v1', { resourceVersion: String(cluster.view.revision) }],
  );
  assert.deepEqual(listed(await call('/api/v1/configmaps')), ['api', 'blog', 'web', 'far']);
});

for (const [query, expected] of [
  ['labelSelector=app=shop', ['api', 'web']],
  ['labelSelector=app==shop,tier!=back', ['web']],
  ['labelSelector=app in (blog, other)', ['blog']],
  ['labelSelector=app notin (blog)', ['api', 'web']],
  ['labelSelector=tier', ['api', 'web']],
  ['labelSelector=!tier', ['blog']],
  ['fieldSelector=metadata.name=web', ['web']],
  ['fieldSelector=metadata.name!=web&labelSelector=app=shop', ['api']],
] as const) {
  test(`the list of ${query} is ${expected.join(' and ')}`, async (context) => {
    const { call } = await withMaps(context);
    assert.deepEqual(listed(await call(`${maps}?${query.replaceAll(' ', '%20')}`)), expected);
  });
}

test('a selector that cannot be read is a bad request', async (context) => {
  const { call } = await servedApi(context, backend);
  const labels = await call(`${maps}?labelSelector=a%20b`);
  assert.deepEqual(refusal(labels).slice(0, 2), [400, 'BadRequest']);
  assert.match(String(labels.body['message']), /^unable to parse requirement: found 'b'/);
  const fields = await call(`${maps}?fieldSelector=name`);
  assert.deepEqual(refusal(fields).slice(0, 2), [400, 'BadRequest']);
});

test('a watch shows what is there, and then every change', async (context) => {
  const trial = await withMaps(context);
  const { next, stop } = await watched(trial, `${maps}?watch=true&labelSelector=app=shop`);
  assert.deepEqual(
    [await next(), await next()],
    [
      ['ADDED', 'api red'],
      ['ADDED', 'web blue'],
    ],
  );
  await trial.call(`${maps}/web`, { method: 'PUT', body: configMap('web', 'green', { app: 'shop' }) });
  assert.deepEqual(await next(), ['MODIFIED', 'web green']);
  await trial.call(maps, { method: 'POST', body: configMap('new', 'pink', { app: 'shop' }) });
  assert.deepEqual(await next(), ['ADDED', 'new pink']);
  // Leaving the selection looks like a deletion, coming into it like a creation.
  await trial.call(`${maps}/web`, { method: 'PUT', body: configMap('web', 'green', { app: 'blog' }) });
  assert.deepEqual(await next(), ['DELETED', 'web green']);
  await trial.call(`${maps}/blog`, { method: 'PUT', body: configMap('blog', 'white', { app: 'shop' }) });
  assert.deepEqual(await next(), ['ADDED', 'blog white']);
  await trial.call(`${maps}/new`, { method: 'DELETE' });
  assert.deepEqual(await next(), ['DELETED', 'new pink']);
  stop();
});

test('a watch goes on where a list ended, and misses nothing in between', async (context) => {
  const trial = await withMaps(context);
  const { body } = await trial.call(maps);
  const { resourceVersion } = body['metadata'] as { readonly resourceVersion: string };
  await trial.call(`${maps}/web`, { method: 'DELETE' });
  await trial.call(maps, { method: 'POST', body: configMap('web', 'black') });
  const { next, stop } = await watched(trial, `${maps}?watch=1&resourceVersion=${resourceVersion}`);
  assert.deepEqual(
    [await next(), await next()],
    [
      ['DELETED', 'web blue'],
      ['ADDED', 'web black'],
    ],
  );
  await trial.call(`${maps}/api`, { method: 'DELETE' });
  assert.deepEqual(await next(), ['DELETED', 'api red']);
  stop();
});

test('a watch from before a compaction ends with an error, one from nonsense is a bad request', async (context) => {
  const trial = await withMaps(context);
  await trial.store.compact(2);
  const { body } = await trial.call(`${maps}?watch=true&resourceVersion=1`);
  const event = JSON.parse(String(body['text'])) as { readonly type: string; readonly object: object };
  assert.equal(event.type, 'ERROR');
  assert.deepEqual(refusal({ code: 410, body: event.object as Answer['body'] }).slice(0, 2), [
    410,
    'Expired',
  ]);
  assert.deepEqual(refusal(await trial.call(`${maps}?watch=true&resourceVersion=now`)).slice(0, 2), [
    400,
    'BadRequest',
  ]);
});

test('a version, a health check and Berth’s own routes are answered', async (context) => {
  const { call } = await servedApi(context, backend);
  assert.equal((await call('/version')).body['gitVersion'], 'v1.36.0+berth-1.2.3');
  for (const path of ['/healthz', '/readyz', '/livez'])
    assert.deepEqual(await call(path), { code: 200, body: { text: 'ok' } });
  const berth = '/apis/berth.dev/v1alpha1';
  assert.deepEqual(await call(`${berth}/hostkeys?address=192.0.2.10&port=2222`), {
    code: 200,
    body: { items: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:192.0.2.10/2222' }] },
  });
  assert.equal((await call(`${berth}/applications/shop/plan?ref=next`)).body['text'], 'nothing to do');
  assert.deepEqual(refusal(await call(`${berth}/applications/none/plan`)), [
    422,
    'NotFound',
    'there is no Application none',
  ]);
  assert.deepEqual(refusal(await call(`${berth}/hosts/node-1/images`)), [
    503,
    'NotConnected',
    'the host is not connected',
  ]);
  assert.deepEqual(refusal(await call(`${berth}/hostkeys?address=192.0.2.10&port=0`)), [
    400,
    'BadRequest',
    'port: must be between 1 and 65535',
  ]);
});

test('an image is streamed to its host under its digest, and to none without one', async (context) => {
  const { call } = await servedApi(context, backend);
  const images = '/apis/berth.dev/v1alpha1/hosts/node-1/images';
  const digest = `sha256:${'0'.repeat(64)}`;
  const bytes = Buffer.alloc(5 * 1024 * 1024);
  const type = 'application/x-tar';
  assert.deepEqual(await call(`${images}?digest=${digest}`, { method: 'POST', bytes, type }), {
    code: 201,
    body: { items: [{ id: digest, names: [], sizeBytes: bytes.length }] },
  });
  const wrong = await call(`${images}?digest=sha256:0`, { method: 'POST', bytes: '', type });
  assert.deepEqual(refusal(wrong), [400, 'BadRequest', 'digest: must be sha256: and 64 hexadecimal digits']);
});

test('a log is that of the container asked for, on the pod’s host', async (context) => {
  const { cluster, call } = await servedApi(context, backend);
  const containers = [
    { name: 'main', image: 'web:1' },
    { name: 'proxy', image: 'proxy:1' },
  ];
  const pod = (name: string, nodeName: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers, ...(nodeName === '' ? {} : { nodeName }) },
  });
  const pods = '/api/v1/namespaces/default/pods';
  await submitted(
    cluster,
    { type: 'create', object: pod('web', 'node-1') },
    { type: 'create', object: pod('waiting', '') },
  );
  const log = await call(`${pods}/web/log?container=main&tailLines=7`);
  assert.deepEqual(log, { code: 200, body: { text: 'node-1 main 7\n' } });
  for (const [path, code, message] of [
    ['none/log', 404, 'pods "none" not found'],
    ['web/log', 400, 'a container name must be specified for pod web, choose one of: [main proxy]'],
    ['web/log?container=other', 400, 'container other is not valid for pod web'],
    ['waiting/log?container=main', 400, 'pod waiting does not have a host assigned'],
    [
      'web/log?container=main&tailLines=-1',
      400,
      'tailLines: Invalid value: "-1": must be a number greater than or equal to 0',
    ],
  ] as const) {
    const answer = await call(`${pods}/${path}`);
    assert.deepEqual([answer.code, answer.body['message']], [code, message]);
  }
});
