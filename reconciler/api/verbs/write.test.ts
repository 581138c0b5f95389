import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Cluster } from '../../loop/cluster.ts';
import { type Answer, type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';
import { type TestContext } from '../../../test/sim/memory-cluster.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const mergePatch = 'application/merge-patch+json';

function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function pod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
  };
}

/** A served cluster in which `web` is a config map and a pod. */
async function withWeb(context: TestContext): Promise<ApiTrial> {
  const trial = await servedApi(context);
  const map = await trial.call(maps, { method: 'POST', body: configMap('web', { color: 'blue' }) });
  const made = await trial.call(pods, { method: 'POST', body: pod('web') });
  assert.deepEqual([map.code, made.code], [201, 201]);
  return trial;
}

function stored(cluster: Cluster, name = 'web'): ConfigMap | undefined {
  return cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', name);
}

/** What every refusal looks like, but for its message. */
function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['apiVersion'], body['status']], ['Status', 'v1', 'Failure']);
  assert.equal(body['code'], code);
  return [code, body['reason'], body['message']];
}

test('a created object is answered complete, and belongs to who made it', async (context) => {
  const { cluster, call } = await servedApi(context);
  const { code, body } = await call(maps, { method: 'POST', body: configMap('web', { color: 'blue' }) });
  assert.equal(code, 201);
  assert.deepEqual(body, stored(cluster));
  const { metadata } = stored(cluster) ?? assert.fail('nothing was stored');
  assert.deepEqual(
    [metadata.namespace, metadata.creationTimestamp, metadata.resourceVersion],
    ['default', '2026-01-01T00:00:00Z', String(cluster.view.revision)],
  );
  assert.deepEqual(
    metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [['kubectl', 'Update']],
  );
});

test('an object may leave its name to the server', async (context) => {
  const { call } = await servedApi(context);
  const body = { metadata: { generateName: 'web-' }, data: {} };
  const answer = await call(`${maps}?fieldManager=tests`, { method: 'POST', body });
  const { name, managedFields } = answer.body['metadata'] as ConfigMap['metadata'];
  assert.match(name ?? '', /^web-[a-z0-9]{5}$/);
  assert.equal(managedFields?.[0]?.manager, 'tests');
});

test('a name that is taken is a conflict', async (context) => {
  const { call } = await withWeb(context);
  assert.deepEqual(refusal(await call(maps, { method: 'POST', body: configMap('web') })), [
    409,
    'AlreadyExists',
    'configmaps "web" already exists',
  ]);
});

test('an object that is wrong is refused with a cause per field', async (context) => {
  const { cluster, call } = await servedApi(context);
  const body = { ...pod('web'), spec: { containers: [{ name: 'Main', image: '' }], restartPolicy: 'Once' } };
  const answer = await call(pods, { method: 'POST', body });
  assert.deepEqual(refusal(answer).slice(0, 2), [422, 'Invalid']);
  assert.match(String(answer.body['message']), /^Pod "web" is invalid: \[/);
  const { causes } = answer.body['details'] as { causes: { field: string; reason: string }[] };
  assert.deepEqual(
    causes.map(({ field, reason }) => `${field} ${reason}`),
    [
      'spec.containers[0].image FieldValueRequired',
      'spec.containers[0].name FieldValueInvalid',
      'spec.restartPolicy FieldValueNotSupported',
    ],
  );
  assert.equal(cluster.view.get<Pod>('v1', 'Pod', 'default', 'web'), undefined);
});

test('a value of another type than its field is a bad request that names the field', async (context) => {
  const { call } = await servedApi(context);
  const body = { ...pod('web'), spec: { containers: [{ name: 'main', image: 7 }] } };
  assert.deepEqual(refusal(await call(pods, { method: 'POST', body })), [
    400,
    'BadRequest',
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
  ]);
});

test('an object without a name is refused, not a fault of the server', async (context) => {
  const { call } = await servedApi(context);
  const answer = await call(maps, { method: 'POST', body: { data: {} } });
  assert.deepEqual(refusal(answer).slice(0, 2), [422, 'Invalid']);
  assert.match(String(answer.body['message']), /metadata\.name/);
});

test('a namespace that is not there is not found', async (context) => {
  const { call } = await servedApi(context);
  const body = configMap('web');
  assert.deepEqual(refusal(await call('/api/v1/namespaces/none/configmaps', { method: 'POST', body })), [
    404,
    'NotFound',
    'namespaces "none" not found',
  ]);
});

for (const [what, path, body, message] of [
  [
    'no object',
    maps,
    [],
    `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)`,
  ],
  [
    'another kind',
    maps,
    pod('web'),
    'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
  ],
  [
    'another namespace',
    maps,
    { metadata: { name: 'web', namespace: 'other' } },
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
] as const) {
  test(`a body that is ${what} is a bad request`, async (context) => {
    const { call } = await servedApi(context);
    assert.deepEqual(refusal(await call(path, { method: 'POST', body })), [400, 'BadRequest', message]);
  });
}

test('a body that is no JSON, or no text, is a bad request', async (context) => {
  const { call } = await servedApi(context);
  for (const bytes of ['{"metadata":', Buffer.from([0x7b, 0xff, 0x7d])]) {
    const answer = await call(maps, { method: 'POST', bytes });
    assert.deepEqual(refusal(answer).slice(0, 2), [400, 'BadRequest']);
    assert.match(
      String(answer.body['message']),
      /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: /,
    );
  }
});

test('a body above three mebibytes is too large', async (context) => {
  const { cluster, call } = await servedApi(context);
  const limit = 3 * 1024 * 1024;
  const bytes = Buffer.alloc(limit + 1, ' ');
  assert.deepEqual(refusal(await call(maps, { method: 'POST', bytes })), [
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${String(limit)}`,
  ]);
  const text = JSON.stringify(configMap('web'));
  const fits = await call(maps, { method: 'POST', bytes: text.padEnd(limit) });
  assert.equal(fits.code, 201);
  assert.notEqual(stored(cluster), undefined);
});

test('a method that a path does not know is not allowed', async (context) => {
  const { call } = await withWeb(context);
  for (const [method, path] of [
    ['POST', `${maps}/web`],
    ['PUT', maps],
    ['PATCH', maps],
    ['DELETE', '/api/v1/bindings'],
    ['TRACE', maps],
  ] as const) {
    const message = 'the server does not allow this method on the requested resource';
    const answer = await call(path, { method, body: configMap('web'), type: mergePatch });
    assert.deepEqual(refusal(answer), [405, 'MethodNotAllowed', message]);
  }
});

test('a replaced object is as given; one planned from an old version is a conflict', async (context) => {
  const { cluster, call } = await withWeb(context);
  const old = stored(cluster) ?? assert.fail('there is no config map web');
  const first = await call(`${maps}/web`, { method: 'PUT', body: { ...old, data: { size: 'large' } } });
  assert.deepEqual([first.code, stored(cluster)?.data], [200, { size: 'large' }]);
  const second = await call(`${maps}/web`, { method: 'PUT', body: { ...old, data: { size: 'small' } } });
  assert.deepEqual(refusal(second), [
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "web": the object has been modified; please apply your changes to the latest version and try again',
  ]);
  const bare = await call(`${maps}/web`, { method: 'PUT', body: configMap('web', { size: 'small' }) });
  assert.deepEqual([bare.code, stored(cluster)?.data], [200, { size: 'small' }]);
  assert.equal(stored(cluster)?.metadata.uid, old.metadata.uid);
});

test('an object is not replaced under another name, and none that is not there', async (context) => {
  const { call } = await withWeb(context);
  assert.deepEqual(refusal(await call(`${maps}/web`, { method: 'PUT', body: configMap('api') })), [
    400,
    'BadRequest',
    'the name of the object (api) does not match the name on the URL (web)',
  ]);
  assert.deepEqual(refusal(await call(`${maps}/api`, { method: 'PUT', body: configMap('api') })), [
    404,
    'NotFound',
    'configmaps "api" not found',
  ]);
});

test('a merge patch changes what it names and removes what it nulls', async (context) => {
  const { cluster, call } = await withWeb(context);
  const patch = (body: unknown): Promise<Answer> =>
    call(`${maps}/web`, { method: 'PATCH', body, type: `${mergePatch}; charset=utf-8` });
  assert.equal((await patch({ data: { size: 'large' }, metadata: { labels: { app: 'shop' } } })).code, 200);
  assert.deepEqual(stored(cluster)?.data, { color: 'blue', size: 'large' });
  await patch({ data: { color: null } });
  assert.deepEqual(stored(cluster)?.data, { size: 'large' });
  assert.deepEqual(stored(cluster)?.metadata.labels, { app: 'shop' });
  const wrong = await patch({ data: { size: 7 } });
  assert.deepEqual(refusal(wrong).slice(0, 2), [422, 'Invalid']);
  assert.deepEqual(stored(cluster)?.data, { size: 'large' });
});

test('a kind of patch that nobody knows is an unsupported media type', async (context) => {
  const { call } = await withWeb(context);
  const answer = await call(`${maps}/web`, { method: 'PATCH', body: {}, type: 'text/plain' });
  assert.deepEqual(refusal(answer).slice(0, 2), [415, 'UnsupportedMediaType']);
});

test('a status is written on its own path alone', async (context) => {
  const { cluster, call } = await withWeb(context);
  const live = (): Pod =>
    cluster.view.get<Pod>('v1', 'Pod', 'default', 'web') ?? assert.fail('there is no pod web');
  const body = { metadata: { labels: { app: 'changed' } }, status: { phase: 'Running' } };
  await call(`${pods}/web`, { method: 'PATCH', body, type: mergePatch });
  assert.deepEqual([live().metadata.labels, live().status?.phase], [{ app: 'changed' }, 'Pending']);
  const other = { spec: { activeDeadlineSeconds: 9 }, status: { phase: 'Running' } };
  await call(`${pods}/web/status`, { method: 'PATCH', body: other, type: mergePatch });
  assert.deepEqual([live().spec?.activeDeadlineSeconds, live().status?.phase], [undefined, 'Running']);
});

test('a deleted object is gone; with the uid of another one it stays', async (context) => {
  const { cluster, call } = await withWeb(context);
  const body = { preconditions: { uid: 'another' } };
  const refused = await call(`${maps}/web`, { method: 'DELETE', body });
  assert.deepEqual(refusal(refused).slice(0, 2), [409, 'Conflict']);
  assert.notEqual(stored(cluster), undefined);
  const deleted = await call(`${maps}/web`, { method: 'DELETE' });
  assert.deepEqual([deleted.code, deleted.body['kind'], stored(cluster)], [200, 'Status', undefined]);
  assert.equal(deleted.body['status'], 'Success');
  assert.deepEqual(refusal(await call(`${maps}/web`, { method: 'DELETE' })), [
    404,
    'NotFound',
    'configmaps "web" not found',
  ]);
});

test('a deletion that says what is not known is a bad request', async (context) => {
  const { cluster, call } = await withWeb(context);
  const propagation = await call(`${maps}/web?propagationPolicy=Later`, { method: 'DELETE' });
  assert.deepEqual(refusal(propagation), [
    422,
    'Invalid',
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Later": supported values: "Background", "Foreground", "Orphan"',
  ]);
  for (const [query, body, message] of [
    ['?gracePeriodSeconds=soon', undefined, 'strconv.ParseInt: parsing "soon": invalid syntax'],
    ['?gracePeriodSeconds=', undefined, 'strconv.ParseInt: parsing "": invalid syntax'],
    [
      '',
      { gracePeriodSeconds: 1.5 },
      'DeleteOptions in version "v1" cannot be handled as a DeleteOptions: json: cannot unmarshal number 1.5 into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    ],
  ] as const)
    assert.deepEqual(refusal(await call(`${maps}/web${query}`, { method: 'DELETE', body })), [
      400,
      'BadRequest',
      message,
    ]);
  assert.notEqual(stored(cluster), undefined);
});
