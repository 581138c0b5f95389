/** The store on etcd when connections and servers fail, and at the bounds of a server as it comes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Store, StoreLimitError, StoreUnavailableError } from '../../reconciler/core/ports.ts';
import { type EtcdStoreOptions, openEtcdStore } from '../../reconciler/store/etcd/etcd-store.ts';
import { EtcdServer } from './etcd-server.ts';
import { commit, line, put, remove, watched } from './store-trial.ts';
import { TcpProxy } from './tcp-proxy.ts';

let server: EtcdServer;
let trials = 0;

before(async () => {
  server = await EtcdServer.start();
});
after(() => server.dispose());

/** Runs `work` on a store that reaches etcd through `endpoints`, and on one that reaches it directly. */
async function withStores(
  endpoints: readonly string[],
  work: (store: Store, direct: Store) => Promise<void>,
): Promise<void> {
  // Debian's etcd is 3.4.
  const options: Omit<EtcdStoreOptions, 'endpoints'> = {
    prefix: `/faults-${trials++}`,
    allowOldServer: true,
  };
  const store = await openEtcdStore({ ...options, endpoints });
  const direct = await openEtcdStore({ ...options, endpoints: [server.url] });
  try {
    await work(store, direct);
  } finally {
    await Promise.all([store.close(), direct.close()]);
  }
}

for (const lost of ['answer', 'request'] as const) {
  test(`a commit whose ${lost} is lost is made exactly once, and acknowledged`, async () => {
    const proxy = await TcpProxy.to(server.url);
    try {
      await withStores([proxy.url], async (store, direct) => {
        await commit(store, put('/a', 'before'), put('/gone', 'x'));
        const gone = await direct.get('/gone');
        if (lost === 'answer') proxy.loseAnswers();
        else proxy.loseEverything();
        const pending = store.commit([put('/a', 'after'), remove('/gone', gone?.modRevision ?? 0)]);
        if (lost === 'answer') while ((await direct.get('/a'))?.version !== 2) await pause(5);
        proxy.cut();
        const result = await pending;
        assert.equal(result.ok, true);
        const found = await direct.get('/a');
        assert.equal(found?.version, 2);
        assert.equal(found.modRevision, result.revision);
        assert.equal(await direct.get('/gone'), undefined);
      });
    } finally {
      await proxy.close();
    }
  });
}

test('a commit whose answer is lost after a conflict is told as that conflict', async () => {
  const proxy = await TcpProxy.to(server.url);
  try {
    await withStores([proxy.url], async (store, direct) => {
      const first = await commit(store, put('/a', '1'));
      const second = await commit(direct, put('/a', '2'));
      proxy.loseAnswers();
      const pending = store.commit([put('/a', 'never', first)]);
      proxy.cut();
      const result = await pending;
      assert.equal(result.ok, false);
      assert.deepEqual(result.ok ? [] : result.conflicts, [{ key: '/a', expected: first, actual: second }]);
      assert.equal(line(await direct.get('/a'))?.split(' ')[0], '/a=2');
    });
  } finally {
    await proxy.close();
  }
});

test('an unconditional deletion whose answer is lost is neither acknowledged nor called a conflict', async () => {
  const proxy = await TcpProxy.to(server.url);
  try {
    await withStores([proxy.url], async (store, direct) => {
      await commit(store, put('/a', '1'));
      proxy.loseAnswers();
      const pending = store.commit([remove('/a')]);
      while ((await direct.get('/a')) !== undefined) await pause(5);
      proxy.cut();
      await assert.rejects(
        pending,
        (error) => error instanceof StoreUnavailableError && error.written === 'unknown',
      );
    });
  } finally {
    await proxy.close();
  }
});

test('a watch goes on over cut connections without gap or repetition, and the next endpoint serves', async () => {
  const proxies = [await TcpProxy.to(server.url), await TcpProxy.to(server.url)];
  try {
    await withStores(['http://127.0.0.1:1', ...proxies.map(({ url }) => url)], async (store, direct) => {
      const start = await store.revision();
      const seen = watched(store, '/', start, 100);
      for (let index = 0; index < 100; index++) {
        await commit(direct, put('/a', `${index}`));
        if (index % 20 === 10) for (const proxy of proxies) proxy.cut();
      }
      const values = (await seen).map((batch) => /\/a=(\d+) /u.exec(batch)?.[1]);
      assert.deepEqual(
        values,
        Array.from({ length: 100 }, (_, index) => `${index}`),
      );
    });
  } finally {
    for (const proxy of proxies) await proxy.close();
  }
});

test('etcd killed under load and started again: what was acknowledged is there, nothing else was', async () => {
  await withStores([server.url], async (store) => {
    const start = await store.revision();
    const abort = new AbortController();
    const values: string[] = [];
    const watching = (async () => {
      for await (const { events } of store.watch('/', { after: start, signal: abort.signal }))
        for (const event of events)
          if (event.type === 'put') values.push(Buffer.from(event.record.value).toString());
    })();
    const acknowledged: string[] = [];
    const writing = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; index < 60; index++) {
        const value = `${writer}-${index}`;
        const live = await store.get(`/${writer}`);
        const result = await store.commit([put(`/${writer}`, value, live?.modRevision ?? 0)]);
        assert.ok(result.ok, `${value} was alone on its key`);
        acknowledged.push(value);
      }
    });
    for (let round = 0; round < 3; round++) {
      while (acknowledged.length < 100 * (round + 1)) await pause(5);
      await server.kill();
      await server.resume();
    }
    await Promise.all(writing);
    while (values.length < acknowledged.length) await pause(5);
    abort.abort();
    await watching;
    assert.deepEqual(values.toSorted(), acknowledged.toSorted());
  });
});

test('a commit beyond the bounds of etcd is refused, and the flag to raise is named', async () => {
  await withStores([server.url], async (store) => {
    const many = Array.from({ length: 200 }, (_, index) => put(`/${index}`, 'x'));
    const large = { type: 'put', key: '/a', value: new Uint8Array(3_000_000) } as const;
    const half = { type: 'put', key: '/b', value: new Uint8Array(1_000_000) } as const;
    const limit = (name: StoreLimitError['limit'], flag: RegExp) => (error: unknown) =>
      error instanceof StoreLimitError && error.limit === name && flag.test(error.message);
    await assert.rejects(store.commit(many), limit('writes', /--max-txn-ops/u));
    await assert.rejects(store.commit([large]), limit('value', /--max-request-bytes/u));
    await assert.rejects(
      store.commit([half, { ...half, key: '/c' }]),
      limit('writes', /--max-request-bytes/u),
    );
    assert.deepEqual((await store.list('')).records, []);
  });
});

test('an etcd without the fixes that Berth needs is refused by its version', async () => {
  const [version = ''] = await serverVersions();
  const opening = openEtcdStore({ endpoints: [server.url] });
  // A machine with a newer etcd has nothing to refuse.
  if (!version.startsWith('3.4.')) return (await opening).close();
  await assert.rejects(opening, /etcd 3\.4\.\d+ is too old: .* use 3\.5\.28, 3\.6\.9 or later/u);
});

test('an etcd that cannot be reached is named', async () => {
  await assert.rejects(
    openEtcdStore({ endpoints: ['http://127.0.0.1:1'] }),
    /no etcd endpoint can be used: .*127\.0\.0\.1:1/u,
  );
});

async function serverVersions(): Promise<readonly string[]> {
  const answer = (await (await fetch(`${server.url}/version`)).json()) as { readonly etcdserver: string };
  return [answer.etcdserver];
}
