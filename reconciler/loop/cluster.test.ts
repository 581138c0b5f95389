import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Namespace, ResourceQuota, Service } from '../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../core/model/plan.ts';
import { type Clock, type Random, type Store, StoreClosedError } from '../core/ports.ts';
import { networkDefaults } from '../core/registry/allocate.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { Cluster } from './cluster.ts';
import { type Fence, takeLead } from './leadership.ts';

/** 2026-01-01T00:00:00Z. */
const startMs = 1_767_225_600_000;

const still: Clock = { now: () => startMs, steady: () => 0, after: () => () => undefined };

let uids = 0;
const counted: Random = { next: () => 0.5, uuid: () => `uid-${String(++uids)}` };

/** Another reconciler's view of the same store; it follows only when told to. */
function clusterOn(store: Store, leadership: Fence): Promise<Cluster> {
  return Cluster.load({ store, clock: still, random: counted, settings: networkDefaults, leadership });
}

/** A cluster that follows its store, with the namespace `default`, until the test is over. */
async function opened(
  context: { readonly after: (run: () => Promise<void>) => void },
  store = createMemoryStore(),
): Promise<{ store: Store; leadership: Fence & { readonly epoch: number }; cluster: Cluster }> {
  const leadership = await takeLead(store);
  const cluster = await clusterOn(store, leadership);
  follow(context, cluster);
  if (cluster.view.get<Namespace>('v1', 'Namespace', '', 'default') === undefined)
    await written(cluster, [{ type: 'create', object: namespace('default') }]);
  return { store, leadership, cluster };
}

function follow(context: { readonly after: (run: () => Promise<void>) => void }, cluster: Cluster): void {
  const stop = new AbortController();
  const done = cluster.follow(stop.signal);
  context.after(async () => {
    stop.abort();
    await done;
  });
}

function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

function service(name: string, clusterIP: string): Service {
  const spec = { clusterIP, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

async function written(cluster: Cluster, changes: readonly Change[]): Promise<number> {
  const result = await cluster.submit(changes);
  assert.equal(result.ok, true, result.ok ? '' : result.problem.message);
  return cluster.view.revision;
}

function stored(cluster: Cluster, name: string): ConfigMap | undefined {
  return cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', name);
}

test('a cluster is loaded with every object of the store, whatever the pages, at its revision', async (context) => {
  const { store, leadership, cluster } = await opened(context);
  const names = Array.from({ length: 2_345 }, (_, index) => `settings-${String(index).padStart(4, '0')}`);
  await written(
    cluster,
    names.map((name) => ({ type: 'create', object: configMap(name, { name }) })),
  );
  const second = await clusterOn(store, leadership);
  const loaded = second.view.list<ConfigMap>('v1', 'ConfigMap', 'default');
  assert.deepEqual(
    loaded.map((one) => [one.metadata.name, one.data?.['name']]),
    names.map((name) => [name, name]),
  );
  assert.equal(second.view.revision, await store.revision());
  assert.deepEqual(loaded, cluster.view.list<ConfigMap>('v1', 'ConfigMap', 'default'));
});

test('what was submitted is in the view, complete, and told to listeners when submit resolves', async (context) => {
  const { cluster } = await opened(context);
  const heard: unknown[] = [];
  const unlisten = cluster.listen((changes, revision) =>
    heard.push(...changes.map(({ ref, before }) => [ref.kind, ref.name, before?.metadata.name, revision])),
  );
  const result = await cluster.submit([{ type: 'create', object: configMap('web', { color: 'blue' }) }]);
  assert.equal(result.ok, true);
  const { revision } = cluster.view;
  const { metadata, data } = stored(cluster, 'web') ?? assert.fail('the object is not in the view');
  assert.deepEqual(data, { color: 'blue' });
  assert.equal(metadata.resourceVersion, String(revision));
  assert.equal(metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  assert.match(metadata.uid ?? '', /^uid-\d+$/);
  assert.deepEqual(heard, [['ConfigMap', 'web', undefined, revision]]);
  unlisten();
  await written(cluster, [{ type: 'create', object: configMap('api') }]);
  assert.equal(heard.length, 1);
});

test('one refused change refuses the whole commit', async (context) => {
  const { store, cluster } = await opened(context);
  const before = await store.revision();
  const misplaced = { ...configMap('lost'), metadata: { name: 'lost', namespace: 'nowhere' } };
  const result = await cluster.submit([
    { type: 'create', object: configMap('web') },
    { type: 'create', object: misplaced },
  ]);
  assert.equal(result.ok, false);
  assert.deepEqual(
    [result.problem.code, result.problem.message, result.change],
    [404, 'namespaces "nowhere" not found', { type: 'create', object: misplaced }],
  );
  assert.equal(await store.revision(), before);
  assert.equal(stored(cluster, 'web'), undefined);
});

test('a change without effect takes no revision', async (context) => {
  const { store, cluster } = await opened(context);
  const revision = await written(cluster, [{ type: 'create', object: configMap('web', { color: 'blue' }) }]);
  const object = stored(cluster, 'web') ?? assert.fail('the object is not in the view');
  const result = await cluster.submit([{ type: 'update', scope: 'spec', object }]);
  assert.deepEqual(result, {
    ok: true,
    revision,
    outcomes: [
      {
        type: 'unchanged',
        ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' },
        object,
      },
    ],
    warnings: [],
  });
  assert.equal(await store.revision(), revision);
});

test('an update planned from an older version is refused before the store is asked', async (context) => {
  const { cluster } = await opened(context);
  await written(cluster, [{ type: 'create', object: configMap('web', { color: 'blue' }) }]);
  const old = stored(cluster, 'web') ?? assert.fail('the object is not in the view');
  await written(cluster, [
    { type: 'update', scope: 'spec', object: { ...old, data: { color: 'red' } } as ConfigMap },
  ]);
  const result = await cluster.submit([
    { type: 'update', scope: 'spec', object: { ...old, data: { color: 'green' } } as ConfigMap },
  ]);
  assert.equal(result.ok, false);
  assert.deepEqual([result.problem.code, result.problem.reason], [409, 'Conflict']);
  assert.match(result.problem.message, /^Operation cannot be fulfilled on configmaps "web"/);
  assert.deepEqual(stored(cluster, 'web')?.data, { color: 'red' });
});

test('who loses a race hears of a conflict once its view shows the winner, and may plan anew', async (context) => {
  const { store, leadership, cluster: winner } = await opened(context);
  const loser = await clusterOn(store, leadership);
  await written(winner, [{ type: 'create', object: configMap('web', { by: 'winner' }) }]);
  const create: Change = { type: 'create', object: configMap('web', { by: 'loser' }) };
  const outcome = loser.submit([create]);
  assert.equal(stored(loser, 'web'), undefined);
  follow(context, loser);
  const result = await outcome;
  assert.equal(result.ok, false);
  assert.equal(result.problem.message, 'configmaps "web" already exists');
  assert.deepEqual([result.problem.code, result.problem.reason], [409, 'AlreadyExists']);
  assert.deepEqual(stored(loser, 'web')?.data, { by: 'winner' });
  const again = await loser.submit([create]);
  assert.equal(again.ok, false);
  assert.equal(again.problem.reason, 'AlreadyExists');
});

test('two services never get the same address, though neither writer has seen the other', async (context) => {
  const { store, leadership, cluster: first } = await opened(context);
  const second = await clusterOn(store, leadership);
  await written(first, [{ type: 'create', object: service('web', '10.43.0.10') }]);
  const outcome = second.submit([{ type: 'create', object: service('api', '10.43.0.10') }]);
  follow(context, second);
  const result = await outcome;
  assert.equal(result.ok, false);
  assert.match(result.problem.message, /provided IP is already allocated/);
  assert.equal(second.view.get<Service>('v1', 'Service', 'default', 'api'), undefined);
});

test('writers who meet over a quota get what there is, and no more', async (context) => {
  const { cluster } = await opened(context);
  const quota: ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few', namespace: 'default' },
    spec: { hard: { 'count/configmaps': '30' } },
  };
  await written(cluster, [{ type: 'create', object: quota }]);
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      cluster.submit([{ type: 'create', object: configMap(`settings-${String(index)}`) }]),
    ),
  );
  assert.equal(results.filter(({ ok }) => ok).length, 30);
  for (const result of results)
    if (!result.ok)
      assert.match(
        result.problem.message,
        /exceeded quota: few, requested: count\/configmaps=1, used: count\/configmaps=30, limited: count\/configmaps=30/,
      );
  const { status } = cluster.view.get<ResourceQuota>('v1', 'ResourceQuota', 'default', 'few') ?? {};
  assert.deepEqual(status?.used, { 'count/configmaps': '30' });
});

test('a former leader can change nothing any more', async (context) => {
  const { store, leadership, cluster: former } = await opened(context);
  const next = await takeLead(store);
  assert.deepEqual([leadership.epoch, next.epoch], [1, 2]);
  const current = await clusterOn(store, next);
  follow(context, current);
  const refused = await former.submit([{ type: 'create', object: configMap('web', { by: 'former' }) }]);
  assert.equal(refused.ok, false);
  assert.equal(
    refused.problem.message,
    `changed in between: /leader (planned from ${String(leadership.modRevision)}, now ${String(next.modRevision)})`,
  );
  await written(current, [{ type: 'create', object: configMap('web', { by: 'current' }) }]);
  await former.until(current.view.revision);
  assert.deepEqual(stored(former, 'web')?.data, { by: 'current' });
});

test('following ends quietly when told to, and with the error of a store that ends', async () => {
  const store = createMemoryStore();
  const leadership = await takeLead(store);
  const cluster = await clusterOn(store, leadership);
  const stop = new AbortController();
  const quiet = cluster.follow(stop.signal);
  stop.abort();
  await quiet;
  const broken = cluster.follow(new AbortController().signal);
  await store.close();
  await assert.rejects(broken, StoreClosedError);
});

test('a cluster that slept past a compaction sees what is there now', async (context) => {
  const { store, leadership, cluster } = await opened(context);
  await written(
    cluster,
    ['kept', 'gone', 'again'].map((name) => ({ type: 'create', object: configMap(name, { turn: '1' }) })),
  );
  const sleeper = await clusterOn(store, leadership);
  const heard: string[] = [];
  sleeper.listen((changes) => {
    for (const { ref, before, after } of changes)
      heard.push(`${ref.name} ${Boolean(before)} ${Boolean(after)}`);
  });
  for (const name of ['gone', 'again']) {
    const uid = stored(cluster, name)?.metadata.uid ?? '';
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
    await written(cluster, [{ type: 'delete', ref, uid }]);
  }
  await written(cluster, [
    { type: 'create', object: configMap('again', { turn: '2' }) },
    { type: 'create', object: configMap('new') },
  ]);
  await store.compact(await store.revision());
  follow(context, sleeper);
  await sleeper.current();
  const names = sleeper.view
    .list<ConfigMap>('v1', 'ConfigMap', 'default')
    .map(({ metadata }) => metadata.name);
  assert.deepEqual(names, ['again', 'kept', 'new']);
  assert.equal(stored(sleeper, 'again')?.metadata.uid, stored(cluster, 'again')?.metadata.uid);
  assert.deepEqual(heard, ['gone true false', 'again true false', 'again false true', 'new false true']);
  await written(cluster, [{ type: 'create', object: configMap('later') }]);
  await sleeper.current();
  assert.notEqual(stored(sleeper, 'later'), undefined);
});

test('a cluster is loaded although the revision that it is read at is compacted meanwhile', async (context) => {
  const { store, leadership, cluster } = await opened(context);
  await written(cluster, [{ type: 'create', object: configMap('old') }]);
  let raced = false;
  const list: Store['list'] = async (...request) => {
    if (!raced) {
      raced = true;
      await written(cluster, [{ type: 'create', object: configMap('new') }]);
      await store.compact(await store.revision());
    }
    return store.list(...request);
  };
  const racing = new Proxy(store, {
    get: (target, name: keyof Store) =>
      name === 'list' ? list : (target[name] as (...words: unknown[]) => unknown).bind(target),
  });
  const loaded = await clusterOn(racing, leadership);
  assert.deepEqual(
    loaded.view.list<ConfigMap>('v1', 'ConfigMap', 'default').map(({ metadata }) => metadata.name),
    ['new', 'old'],
  );
});
