import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Namespace } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type ApiTrial, type Reply, servedApi } from '../../../test/sim/api-trial.ts';
import { type WatchStream, watchStream } from '../../../test/sim/api-watch.ts';
import { decodeProtobuf } from '../codec/protobuf-envelope.ts';

const maps = '/api/v1/namespaces/default/configmaps';

async function create({ call }: ApiTrial, name: string): Promise<void> {
  const answer = await call(maps, { method: 'POST', body: { metadata: { name }, data: {} } });
  assert.equal(answer.code, 201);
}

type Seen = readonly [type: string, name: string | undefined];

async function seen(stream: WatchStream<ConfigMap>, count: number): Promise<readonly Seen[]> {
  const events: Seen[] = [];
  for (let index = 0; index < count; index++) {
    const event = await stream.next();
    events.push([event?.type ?? 'END', event?.object.metadata.name]);
  }
  return events;
}

/** Lets time pass until the stream tells something. */
async function after<T>(trial: ApiTrial, ms: number, told: Promise<T>): Promise<T> {
  let waits = true;
  void told.then(() => {
    waits = false;
  });
  for (let passed = 0; waits && passed < 10 * ms; passed += 1000) await trial.clock.pass(1000);
  return told;
}

test('a watch tells each minute how far it is, where bookmarks are allowed', async (context) => {
  const trial = await servedApi(context);
  const stream = await watchStream<ConfigMap>(trial, `${maps}?watch=1&allowWatchBookmarks=true`);
  await create(trial, 'a');
  assert.deepEqual(await seen(stream, 1), [['ADDED', 'a']]);
  const bookmark = await after(trial, 60_000, stream.next());
  assert.equal(bookmark?.type, 'BOOKMARK');
  const { kind, apiVersion, metadata } = bookmark.object;
  assert.deepEqual(
    [kind, apiVersion, metadata.resourceVersion],
    ['ConfigMap', 'v1', String(trial.cluster.view.revision)],
  );
  stream.stop();
});

test('initial events end with a bookmark that says so', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  await create(trial, 'b');
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const stream = await watchStream<ConfigMap>(trial, `${maps}?${query}`);
  assert.deepEqual(await seen(stream, 2), [
    ['ADDED', 'a'],
    ['ADDED', 'b'],
  ]);
  const end = await stream.next();
  assert.deepEqual(
    [end?.type, end?.object.metadata.annotations],
    ['BOOKMARK', { 'k8s.io/initial-events-end': 'true' }],
  );
  await create(trial, 'c');
  assert.deepEqual(await seen(stream, 1), [['ADDED', 'c']]);
  stream.stop();
});

test('no initial events are sent where they are not wanted', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const query = 'watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan';
  const stream = await watchStream<ConfigMap>(trial, `${maps}?${query}`);
  await create(trial, 'b');
  assert.deepEqual(await seen(stream, 1), [['ADDED', 'b']]);
  stream.stop();
});

test('a watch from before the server’s memory reads the store’s history', async (context) => {
  const trial = await servedApi(context);
  // The namespace was made before the server was there.
  const stream = await watchStream<Namespace>(trial, '/api/v1/namespaces?watch=1&resourceVersion=1');
  const event = await stream.next();
  assert.deepEqual([event?.type, event?.object.metadata.name], ['ADDED', 'default']);
  stream.stop();
});

test('a watch of one object sees no other', async (context) => {
  const trial = await servedApi(context);
  const stream = await watchStream<ConfigMap>(trial, `${maps}?watch=1&fieldSelector=metadata.name%3Db`);
  await create(trial, 'a');
  await create(trial, 'b');
  await trial.call(`${maps}/b`, { method: 'DELETE' });
  assert.deepEqual(await seen(stream, 2), [
    ['ADDED', 'b'],
    ['DELETED', 'b'],
  ]);
  stream.stop();
});

test('a deleted object is shown as it was, at the revision of its deletion', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const stream = await watchStream<ConfigMap>(trial, `${maps}?watch=1`);
  const added = await stream.next();
  await trial.call(`${maps}/a`, { method: 'DELETE' });
  const deleted = await stream.next();
  assert.equal(deleted?.object.metadata.uid, added?.object.metadata.uid);
  assert.equal(deleted?.object.metadata.resourceVersion, String(trial.cluster.view.revision));
  stream.stop();
});

test('a watch ends when its time is over', async (context) => {
  const trial = await servedApi(context);
  const stream = await watchStream<ConfigMap>(trial, `${maps}?watch=1&timeoutSeconds=5`);
  assert.equal(await after(trial, 5000, stream.next()), undefined);
});

interface Table {
  readonly kind: string;
  readonly columnDefinitions: readonly object[] | null;
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

test('tables that are watched have their columns in the first event alone', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const stream = await watchStream<Table>(trial, `${maps}?watch=1`, { accept });
  await create(trial, 'b');
  const [first, second] = [await stream.next(), await stream.next()];
  assert.deepEqual([first?.object.kind, first?.object.columnDefinitions?.length], ['Table', 3]);
  assert.deepEqual([second?.object.columnDefinitions, second?.object.rows[0]?.cells[0]], [null, 'b']);
  stream.stop();
});

test('metadata is watched alone where only that is asked for', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
  const stream = await watchStream<ConfigMap>(trial, `${maps}?watch=1`, { accept });
  const event = await stream.next();
  assert.deepEqual(
    [event?.object.kind, event?.object.data, event?.object.metadata.name],
    ['PartialObjectMetadata', undefined, 'a'],
  );
  stream.stop();
});

for (const [query, field] of [
  ['sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
  [
    'resourceVersion=1&resourceVersionMatch=NotOlderThan',
    'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  ],
] as const)
  test(`a watch with ${query} is invalid`, async (context) => {
    const { call } = await servedApi(context);
    const { code, body } = await call(`${maps}?watch=1&${query}`);
    assert.deepEqual(
      [code, body['message']],
      [422, `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${field}`],
    );
  });

const protobuf = 'application/vnd.kubernetes.protobuf';

/** The events of a watch's whole answer, each four bytes of length and a WatchEvent of one-byte tags and lengths. */
function framesOf(
  bytes: Buffer,
): readonly (readonly [type: string, object: Readonly<Record<string, unknown>>])[] {
  const frames = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const frame = bytes.subarray(at + 4, end);
    const object = decodeProtobuf(frame.subarray(frame.indexOf('k8s\0'))).object;
    frames.push([frame.subarray(2, 2 + (frame[1] ?? 0)).toString(), object] as const);
    at = end;
  }
  return frames;
}

/** All that a watch of five seconds tells, in the form of `accept`. */
async function watchedWhole(trial: ApiTrial, query: string, accept: string): Promise<Reply> {
  const reply = trial.exchange(`${maps}?watch=1&timeoutSeconds=5&${query}`, { headers: { accept } });
  return after(trial, 5000, reply);
}

test('a watch in protobuf tells events, bookmarks too, in frames', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const { headers, bytes } = await watchedWhole(trial, query, protobuf);
  assert.equal(headers['content-type'], `${protobuf};stream=watch`);
  const [added, bookmark] = framesOf(bytes);
  assert.deepEqual(added, ['ADDED', (await trial.call(`${maps}/a`)).body]);
  const { annotations } = bookmark?.[1]['metadata'] as ConfigMap['metadata'] & object;
  assert.deepEqual([bookmark?.[0], annotations], ['BOOKMARK', { 'k8s.io/initial-events-end': 'true' }]);
});

test('metadata is watched alone in protobuf too', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  const accept = `${protobuf};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`;
  const { bytes } = await watchedWhole(trial, '', accept);
  const frames = framesOf(bytes).map(([type, { kind, apiVersion }]) => [type, kind, apiVersion]);
  assert.deepEqual(frames, [['ADDED', 'PartialObjectMetadata', 'meta.k8s.io/v1']]);
});

test('a watch of a kind without a protobuf form is in JSON, where that is taken', async (context) => {
  const { exchange } = await servedApi(context);
  const path = '/apis/berth.dev/v1alpha1/hosts';
  for (const query of ['', '?watch=1&resourceVersion=0&timeoutSeconds=1']) {
    const refused = await exchange(`${path}${query}`, { headers: { accept: protobuf } });
    assert.equal(refused.code, 406, query);
  }
  const taken = await exchange(path, { headers: { accept: `${protobuf}, application/json` } });
  assert.deepEqual([taken.code, taken.headers['content-type']], [200, 'application/json']);
});

test('the deprecated paths of watches are watches', async (context) => {
  const trial = await servedApi(context);
  await create(trial, 'a');
  await create(trial, 'b');
  for (const path of [
    '/api/v1/watch/configmaps?fieldSelector=metadata.name%3Db',
    '/api/v1/watch/namespaces/default/configmaps?fieldSelector=metadata.name%3Db',
    '/api/v1/watch/namespaces/default/configmaps/b',
  ]) {
    const stream = await watchStream<ConfigMap>(trial, path);
    assert.deepEqual(await seen(stream, 1), [['ADDED', 'b']], path);
    stream.stop();
  }
  for (const [method, path] of [
    ['DELETE', '/api/v1/watch/namespaces/default/configmaps/b'],
    ['GET', '/api/v1/watch/namespaces/default/pods/a/proxy'],
    ['GET', '/api/v1/watch'],
  ] as const)
    assert.equal((await trial.call(path, { method })).code, 404, `${method} ${path}`);
});
