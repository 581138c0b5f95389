import assert from 'node:assert/strict';
import { CompactedError, FutureRevisionError } from '../../reconciler/core/ports.ts';
import type { Store, StoreRecord } from '../../reconciler/core/ports.ts';
import { commit, line, lines, put, remove } from './store-trial.ts';
import type { StoreCases } from './store-trial.ts';

/** Gets and lists, now and at older revisions, and compaction. */
export const readCases: StoreCases = {
  'get reads a key as it was at a revision': async ({ store }) => {
    await commit(store, put('/a', '1'));
    await commit(store, put('/a', '2'));
    await commit(store, remove('/a'));
    await commit(store, put('/a', '3'));
    const seen = await Promise.all(
      [0, 1, 2, 3, 4].map(async (revision) => line(await store.get('/a', { revision }))),
    );
    assert.deepEqual(seen, ['absent', '/a=1 1/1/1', '/a=2 1/2/2', 'absent', '/a=3 4/4/1']);
  },

  'list reads a prefix in key order, at a revision': async ({ store }) => {
    await commit(store, put('/p/b', '1'), put('/p/a', '1'), put('/q', '1'), put('/p', '1'));
    await commit(store, remove('/p/a'), put('/p/c', '2'));
    await commit(store, put('/p/a', '3'), put('/p/b', '3'));
    await commit(store, remove('/p/b'), remove('/p/c'));
    assert.deepEqual(await lines(store, '/p/', 0), []);
    assert.deepEqual(await lines(store, '/p/', 1), ['/p/a=1 1/1/1', '/p/b=1 1/1/1']);
    assert.deepEqual(await lines(store, '/p/', 2), ['/p/b=1 1/1/1', '/p/c=2 2/2/1']);
    assert.deepEqual(await lines(store, '/p/', 3), ['/p/a=3 3/3/1', '/p/b=3 1/3/2', '/p/c=2 2/2/1']);
    assert.deepEqual(await lines(store, '/p/'), ['/p/a=3 3/3/1']);
    assert.deepEqual(await lines(store, ''), ['/p=1 1/1/1', '/p/a=3 3/3/1', '/q=1 1/1/1']);
    assert.equal((await store.list('/p/', { revision: 2 })).revision, 2);
    assert.equal((await store.list('/p/')).revision, 4);
  },

  'keys are ordered by their UTF-8 bytes': async ({ store }) => {
    const keys = [
      '/z',
      '/é',
      '/√',
      '/\u{e000}',
      '/\u{ffff}',
      '/\u{1f680}',
      '/ ',
      '/\u0001',
      '/a',
      '/a/',
      '/a-',
      '/A',
      '\u0003',
      '/～',
    ];
    await commit(store, ...keys.map((key) => put(key, '')));
    const sorted = [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.deepEqual(
      (await store.list('')).records.map((record) => record.key),
      sorted,
    );
    for (const [index, after] of sorted.entries()) {
      const rest = await store.list('', { after });
      assert.deepEqual(
        rest.records.map((record) => record.key),
        sorted.slice(index + 1),
      );
    }
  },

  'pages of one revision fit together while writes go on': async ({ store }) => {
    await commit(
      store,
      ...Array.from({ length: 25 }, (_, index) => put(`/p/${String(index).padStart(2, '0')}`, 'old')),
    );
    const whole = await lines(store, '/p/');
    const seen: StoreRecord[] = [];
    let page = await store.list('/p/', { limit: 10 });
    for (let round = 0; ; round++) {
      seen.push(...page.records);
      if (page.next === undefined) break;
      assert.equal(page.records.length, 10);
      await commit(
        store,
        remove(`/p/${10 + round}`),
        put(`/p/${20 + round}`, 'new'),
        put(`/p/0${round}x`, 'new'),
        put('/p/zz', 'new'),
      );
      page = await store.list('/p/', { limit: 10, after: page.next, revision: page.revision });
      assert.equal(page.revision, 1);
    }
    assert.deepEqual(seen.map(line), whole);
  },

  'a page that ends with the prefix has no next': async ({ store }) => {
    await commit(store, put('/p/1', ''), put('/p/2', ''), put('/q', ''));
    assert.equal((await store.list('/p/', { limit: 2 })).next, undefined);
    assert.equal((await store.list('/p/', { limit: 1 })).next, '/p/1');
    assert.equal((await store.list('/none/', { limit: 1 })).next, undefined);
    assert.deepEqual((await store.list('/p/', { after: '/p/2' })).records, []);
    assert.deepEqual((await store.list('/p/', { after: '/a' })).records.length, 2);
    assert.deepEqual((await store.list('/p/', { after: '/x' })).records, []);
    await assert.rejects(store.list('/p/', { limit: 0 }), RangeError);
  },

  'a long list shows one revision although commits come in between': async ({ store }, { ordered }) => {
    await fill(store, '/long/', 5_000);
    const before = await store.revision();
    const pending = store.list('/long/');
    const writing = commit(
      store,
      remove('/long/04999'),
      put('/long/04998', 'changed'),
      put('/long/5', 'new'),
    );
    const list = await pending;
    const after = await writing;
    assert.ok(list.revision === before || (!ordered && list.revision === after));
    assert.equal(list.records.length, 5_000);
    const versions = list.records.map((record) => record.version);
    assert.equal(Math.max(...versions), list.revision === before ? 1 : 2);
  },

  'compaction waits for a long list that it would take the ground from': async ({ store }, { ordered }) => {
    await fill(store, '/long/', 3_000);
    const pending = store.list('/long/');
    await commit(store, ...Array.from({ length: 3_000 }, (_, index) => put(longKey(index), 'new')));
    await store.compact(await store.revision());
    const { records } = await pending;
    assert.equal(records.length, 3_000);
    const version = ordered ? 1 : records[0]?.version;
    assert.ok(records.every((record) => record.version === version));
  },

  'a revision that does not exist yet is refused': async ({ store }) => {
    await commit(store, put('/a', '1'));
    const future = (error: unknown): boolean =>
      error instanceof FutureRevisionError && error.requested === 2 && error.current === 1;
    await assert.rejects(store.get('/a', { revision: 2 }), future);
    await assert.rejects(store.list('/', { revision: 2 }), future);
    await assert.rejects(store.compact(2), future);
    await assert.rejects(store.get('/a', { revision: -1 }), RangeError);
    await assert.rejects(store.get('/a', { revision: 0.5 }), RangeError);
  },

  'compaction forgets what is older, and nothing else': async ({ store }) => {
    await commit(store, put('/a', '1'), put('/b', '1'), put('/c', '1'));
    await commit(store, put('/a', '2'), remove('/b'));
    await commit(store, put('/a', '3'), remove('/c'));
    await commit(store, put('/b', '4'), put('/c', '4'));
    await store.compact(2);
    const compacted = (error: unknown): boolean =>
      error instanceof CompactedError && error.requested === 1 && error.compacted === 2;
    await assert.rejects(store.get('/a', { revision: 1 }), compacted);
    await assert.rejects(store.list('/', { revision: 1 }), compacted);
    assert.deepEqual(await lines(store, '/', 2), ['/a=2 1/2/2', '/c=1 1/1/1']);
    assert.deepEqual(await lines(store, '/', 3), ['/a=3 1/3/3']);
    assert.deepEqual(await lines(store, '/'), ['/a=3 1/3/3', '/b=4 4/4/1', '/c=4 4/4/1']);
  },

  'compacting again, or to less, changes nothing': async ({ store }) => {
    await commit(store, put('/a', '1'));
    await commit(store, put('/a', '2'));
    await store.compact(2);
    await store.compact(2);
    await store.compact(1);
    await store.compact(0);
    assert.deepEqual(await lines(store, '/', 2), ['/a=2 1/2/2']);
    await assert.rejects(store.get('/a', { revision: 1 }), CompactedError);
    assert.equal(await commit(store, put('/a', '3', 2)), 3);
    assert.equal(line(await store.get('/a', { revision: 2 })), '/a=2 1/2/2');
  },

  'a deletion survives a compaction that began before it': async ({ store }) => {
    await fill(store, '/old/', 3_000);
    await commit(store, put('/a', '1'));
    await commit(store, remove('/a'));
    const target = await store.revision();
    const compacting = store.compact(target);
    const made = await commit(store, put('/a', '2'));
    const gone = await commit(store, remove('/a'));
    await compacting;
    assert.equal(line(await store.get('/a', { revision: made })), `/a=2 ${made}/${made}/1`);
    assert.deepEqual(await lines(store, '/a', made), [`/a=2 ${made}/${made}/1`]);
    assert.deepEqual(await lines(store, '/a', gone), []);
  },
};

async function fill(store: Store, prefix: string, count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, index) => longKey(index, prefix));
  await commit(store, ...keys.map((key) => put(key, 'old')));
}

function longKey(index: number, prefix = '/long/'): string {
  return prefix + String(index).padStart(5, '0');
}
