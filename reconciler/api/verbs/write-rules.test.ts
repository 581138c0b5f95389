import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../../schemas/kubernetes/types/apps-v1.ts';
import type { ConfigMap } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Answer, type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const merge = 'application/merge-patch+json';
const apply = 'application/apply-patch+yaml';

/** Code, reason and message of a Status. */
function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['status'], body['code']], ['Status', 'Failure', code]);
  return [code, body['reason'], body['message']];
}

function dataOf({ cluster }: ApiTrial, name: string): ConfigMap['data'] {
  return cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', name)?.data;
}

async function create({ call }: ApiTrial, name: string, labels: object = {}): Promise<ConfigMap> {
  const body = { metadata: { name, labels }, data: { color: 'blue' } };
  const answer = await call(maps, { method: 'POST', body });
  assert.equal(answer.code, 201);
  return answer.body as object as ConfigMap;
}

test('unknown and repeated fields are refused, told or left out, as asked', async (context) => {
  const trial = await servedApi(context);
  const bytes = '{"metadata":{"name":"web"},"dat":{},"data":{"a":"1","a":"2"}}';
  const texts = ['unknown field "dat"', 'duplicate field "data.a"'];
  const post = (query: string): ReturnType<ApiTrial['exchange']> =>
    trial.exchange(`${maps}?${query}`, { method: 'POST', bytes });
  const strict = await post('fieldValidation=Strict');
  assert.equal(strict.code, 400);
  assert.deepEqual(
    (JSON.parse(strict.bytes.toString()) as Readonly<Record<string, unknown>>)['message'],
    `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${texts.join(', ')}`,
  );
  const warned = await post('fieldValidation=Warn&dryRun=All');
  assert.equal(warned.code, 201);
  assert.equal(
    warned.headers['warning'],
    texts.map((text) => `299 - "${text.replaceAll('"', '\\"')}"`).join(', '),
  );
  const ignored = await post('fieldValidation=Ignore');
  assert.deepEqual([ignored.code, ignored.headers['warning']], [201, undefined]);
  assert.deepEqual(dataOf(trial, 'web'), { a: '2' });
  const unknown = await trial.call(`${maps}?fieldValidation=Maybe`, { method: 'POST', bytes });
  assert.deepEqual(refusal(unknown).slice(0, 2), [422, 'Invalid']);
});

test('a dry run answers as a write would, and writes nothing', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'kept');
  const before = trial.cluster.view.revision;
  for (const [method, path, body, code, type] of [
    ['POST', maps, { metadata: { name: 'new' } }, 201, undefined],
    ['PUT', `${maps}/kept`, { metadata: { name: 'kept' }, data: { color: 'red' } }, 200, undefined],
    ['PATCH', `${maps}/kept`, { data: { color: 'red' } }, 200, merge],
    ['DELETE', `${maps}/kept`, undefined, 200, undefined],
    ['DELETE', maps, undefined, 200, undefined],
  ] as const) {
    const options = { method, body, ...(type === undefined ? {} : { type }) };
    assert.equal((await trial.call(`${path}?dryRun=All`, options)).code, code, method);
  }
  const taken = await trial.call(`${maps}?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'kept' } },
  });
  assert.deepEqual(refusal(taken).slice(0, 2), [409, 'AlreadyExists']);
  assert.equal(trial.cluster.view.revision, before);
  assert.deepEqual(dataOf(trial, 'kept'), { color: 'blue' });
});

test('a deletion with preconditions spares what is no longer as expected', async (context) => {
  const trial = await servedApi(context);
  const { metadata } = await create(trial, 'web');
  const remove = (preconditions: object): Promise<Answer> =>
    trial.call(`${maps}/web`, { method: 'DELETE', body: { preconditions } });
  const uid = await remove({ uid: 'other' });
  assert.deepEqual(refusal(uid), [
    409,
    'Conflict',
    `Operation cannot be fulfilled on configmaps "web": the UID in the precondition (other) does not match the UID in record (${metadata.uid ?? ''}). The object might have been deleted and then recreated`,
  ]);
  const version = await remove({ resourceVersion: '1' });
  assert.deepEqual(refusal(version), [
    409,
    'Conflict',
    `Operation cannot be fulfilled on configmaps "web": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`,
  ]);
  const { uid: own, resourceVersion } = metadata;
  assert.equal((await remove({ uid: own, resourceVersion })).code, 200);
});

test('a collection is deleted as far as it is selected', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a', { kind: 'x' });
  await create(trial, 'b', { kind: 'y' });
  await create(trial, 'c', { kind: 'x' });
  const answer = await trial.call(`${maps}?labelSelector=kind%3Dx`, { method: 'DELETE' });
  const items = answer.body['items'] as readonly ConfigMap[];
  assert.deepEqual(
    [answer.code, answer.body['kind'], items.map(({ metadata }) => metadata.name)],
    [200, 'ConfigMapList', ['a', 'c']],
  );
  const left = trial.cluster.view.list<ConfigMap>('v1', 'ConfigMap', 'default');
  assert.deepEqual(
    left.map(({ metadata }) => metadata.name),
    ['b'],
  );
});

test('an object with a finalizer waits for it, marked', async (context) => {
  const trial = await servedApi(context);
  const body = { metadata: { name: 'web', finalizers: ['example.com/wait'] } };
  await trial.call(maps, { method: 'POST', body });
  const deleted = await trial.call(`${maps}/web`, { method: 'DELETE' });
  const { deletionTimestamp } = deleted.body['metadata'] as ConfigMap['metadata'];
  assert.deepEqual(
    [deleted.code, deleted.body['kind'], deletionTimestamp],
    [200, 'ConfigMap', '2026-01-01T00:00:00Z'],
  );
  await trial.call(`${maps}/web`, { method: 'PATCH', body: { metadata: { finalizers: null } }, type: merge });
  assert.equal((await trial.call(`${maps}/web`)).code, 404);
});

test('server-side apply makes, shares, conflicts and forces', async (context) => {
  const trial = await servedApi(context);
  const config = (color: string, kind = 'ConfigMap'): object => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'web' },
    data: { color },
  });
  const applied = (manager: string, body: object, more = ''): Promise<Answer> =>
    trial.call(`${maps}/web?fieldManager=${manager}${more}`, { method: 'PATCH', body, type: apply });
  assert.equal((await applied('one', config('blue'))).code, 201);
  assert.equal((await applied('two', config('blue'))).code, 200);
  const conflict = await applied('three', config('red'));
  assert.deepEqual(refusal(conflict), [
    409,
    'Conflict',
    'Apply failed with 2 conflicts: conflicts with "one":\n- .data.color\nconflicts with "two":\n- .data.color',
  ]);
  const { causes } = conflict.body['details'] as {
    readonly causes: readonly { readonly reason: string; readonly field: string }[];
  };
  assert.deepEqual(
    causes.map(({ reason, field }) => `${reason} ${field}`),
    Array(2).fill('FieldManagerConflict .data.color'),
  );
  assert.equal((await applied('three', config('red'), '&force=true')).code, 200);
  assert.deepEqual(dataOf(trial, 'web'), { color: 'red' });
  const managers = trial.cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', 'web')?.metadata
    .managedFields;
  assert.deepEqual(
    managers?.map(({ manager, operation }) => [manager, operation]),
    [['three', 'Apply']],
  );
  assert.equal((await applied('one', config('red', 'Secret'))).code, 400);
  const nameless = await trial.call(`${maps}/web`, { method: 'PATCH', body: config('red'), type: apply });
  assert.deepEqual(refusal(nameless), [
    422,
    'Invalid',
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ]);
});

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'web:1' }] },
};
const deployment = {
  metadata: { name: 'web' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template },
};

test('scale is read and written apart from its object', async (context) => {
  const trial = await servedApi(context);
  assert.equal((await trial.call(deployments, { method: 'POST', body: deployment })).code, 201);
  const scale = await trial.call(`${deployments}/web/scale`);
  assert.deepEqual(
    [scale.body['kind'], scale.body['apiVersion'], scale.body['spec'], scale.body['status']],
    ['Scale', 'autoscaling/v1', { replicas: 2 }, { replicas: 0, selector: 'app=web' }],
  );
  const more = { ...scale.body, spec: { replicas: 5 } };
  assert.equal((await trial.call(`${deployments}/web/scale`, { method: 'PUT', body: more })).code, 200);
  assert.equal(
    trial.cluster.view.get<Deployment>('apps/v1', 'Deployment', 'default', 'web')?.spec?.replicas,
    5,
  );
  const stale = await trial.call(`${deployments}/web/scale`, { method: 'PUT', body: more });
  assert.deepEqual(refusal(stale).slice(0, 2), [409, 'Conflict']);
});

test('a generation counts what changes of the spec, and a status does not', async (context) => {
  const trial = await servedApi(context);
  await trial.call(deployments, { method: 'POST', body: deployment });
  const generation = async (path: string, body: object): Promise<number | undefined> => {
    const answer = await trial.call(path, { method: 'PATCH', body, type: merge });
    return (answer.body['metadata'] as Deployment['metadata']).generation;
  };
  assert.equal(await generation(`${deployments}/web`, { metadata: { labels: { a: 'b' } } }), 1);
  assert.equal(await generation(`${deployments}/web`, { spec: { replicas: 3 } }), 2);
  assert.equal(
    await generation(`${deployments}/web/status`, { status: { collisionCount: 1 }, spec: { replicas: 9 } }),
    2,
  );
});

test('bodies of other types are refused, and those of no type are JSON', async (context) => {
  const trial = await servedApi(context);
  const bytes = '{"metadata":{"name":"web"}}';
  const refused = await trial.call(maps, { method: 'POST', bytes, type: 'text/plain' });
  assert.deepEqual(refusal(refused).slice(0, 2), [415, 'UnsupportedMediaType']);
  const yaml = await trial.call(maps, {
    method: 'POST',
    bytes: 'metadata: {name: yaml}\n',
    type: 'application/yaml',
  });
  assert.equal(yaml.code, 201);
  assert.equal((await trial.call(maps, { method: 'POST', bytes, type: '' })).code, 201);
});
