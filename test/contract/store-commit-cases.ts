import assert from 'node:assert/strict';
import { StoreLimitError } from '../../reconciler/core/ports.ts';
import type { StoreWrite } from '../../reconciler/core/ports.ts';
import { bytes, commit, conflicting, line, lines, put, remove } from './store-trial.ts';
import type { StoreCases } from './store-trial.ts';

/** What a commit does, and when it does nothing. */
export const commitCases: StoreCases = {
  'a new store is at revision 0 and the first commit takes 1': async ({ store }) => {
    assert.equal(await store.revision(), 0);
    assert.equal(await commit(store, put('/a', '1')), 1);
    assert.equal(await store.revision(), 1);
  },

  'a commit of several writes takes one revision': async ({ store }) => {
    assert.equal(await commit(store, put('/a', '1'), put('/b', '2'), put('/c', '3')), 1);
    assert.deepEqual(await lines(store, '/'), ['/a=1 1/1/1', '/b=2 1/1/1', '/c=3 1/1/1']);
  },

  'a put keeps the create revision and counts versions': async ({ store }) => {
    await commit(store, put('/a', '1'));
    await commit(store, put('/other', 'x'));
    await commit(store, put('/a', '2'));
    assert.equal(line(await store.get('/a')), '/a=2 1/3/2');
  },

  'a key deleted and made again starts anew': async ({ store }) => {
    await commit(store, put('/a', '1'));
    await commit(store, put('/a', '2'));
    await commit(store, remove('/a'));
    assert.equal(await store.get('/a'), undefined);
    await commit(store, put('/a', '3'));
    assert.equal(line(await store.get('/a')), '/a=3 4/4/1');
  },

  'an empty value is a value': async ({ store }) => {
    await commit(store, put('/a', ''));
    assert.equal(line(await store.get('/a')), '/a= 1/1/1');
  },

  'expected compares the mod revision; 0 is for a key that does not exist': async ({ store }) => {
    assert.equal(await commit(store, put('/a', '1', 0)), 1);
    assert.deepEqual(await conflicting(store, put('/a', '2', 0)), {
      ok: false,
      revision: 1,
      conflicts: [{ key: '/a', expected: 0, actual: 1 }],
    });
    assert.equal(await commit(store, put('/a', '2', 1)), 2);
    assert.equal(await commit(store, remove('/a', 2)), 3);
    assert.deepEqual((await conflicting(store, put('/a', '3', 2))).conflicts, [
      { key: '/a', expected: 2, actual: 0 },
    ]);
    assert.equal(await commit(store, put('/a', '3', 0)), 4);
  },

  'one failed compare writes nothing, and every failed compare is named': async ({ store }) => {
    await commit(store, put('/a', '1'), put('/b', '1'));
    const result = await conflicting(
      store,
      put('/new', 'x'),
      put('/a', '2', 7),
      put('/b', '2', 1),
      remove('/gone', 5),
    );
    assert.deepEqual(result, {
      ok: false,
      revision: 1,
      conflicts: [
        { key: '/a', expected: 7, actual: 1 },
        { key: '/gone', expected: 5, actual: 0 },
      ],
    });
    assert.deepEqual(await lines(store, '/'), ['/a=1 1/1/1', '/b=1 1/1/1']);
    assert.equal(await store.revision(), 1);
  },

  'a check fences a commit and writes nothing itself': async ({ store }) => {
    await commit(store, put('/leader', 'me'));
    assert.equal(await commit(store, { type: 'check', key: '/leader', expected: 1 }, put('/a', '1')), 2);
    assert.equal(line(await store.get('/leader')), '/leader=me 1/1/1');
    const result = await conflicting(store, { type: 'check', key: '/leader', expected: 2 }, put('/a', '2'));
    assert.deepEqual(result.conflicts, [{ key: '/leader', expected: 2, actual: 1 }]);
    assert.equal(await commit(store, { type: 'check', key: '/absent', expected: 0 }, put('/a', '2')), 3);
  },

  'a commit of no-ops takes no revision': async ({ store }) => {
    await commit(store, put('/a', '1'));
    assert.equal(await commit(store, remove('/absent')), 1);
    assert.equal(await commit(store, remove('/absent', 0)), 1);
    assert.equal(await commit(store, { type: 'check', key: '/a', expected: 1 }), 1);
    assert.equal(await commit(store), 1);
    assert.equal(await commit(store, remove('/absent'), put('/b', '1')), 2);
  },

  'commits of one turn see each other in order': async ({ store }) => {
    const results = await Promise.all([
      store.commit([put('/a', '1', 0)]),
      store.commit([put('/a', '2', 0)]),
      store.commit([put('/a', '3', 1)]),
      store.commit([remove('/a', 2)]),
      store.commit([put('/a', '4', 0)]),
    ]);
    assert.deepEqual(
      results.map((result) => [result.ok, result.revision]),
      [
        [true, 1],
        [false, 1],
        [true, 2],
        [true, 3],
        [true, 4],
      ],
    );
    assert.deepEqual(await lines(store, '/', 2), ['/a=3 1/2/2']);
    assert.deepEqual(await lines(store, '/', 3), []);
    assert.deepEqual(await lines(store, '/', 4), ['/a=4 4/4/1']);
  },

  'of many writers that compare, each success is one version': async ({ store }) => {
    const increment = async (): Promise<void> => {
      for (;;) {
        const before = await store.get('/count');
        const result = await store.commit([put('/count', 'x', before?.modRevision ?? 0)]);
        if (result.ok) return;
      }
    };
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let round = 0; round < 5; round++) await increment();
      }),
    );
    assert.equal((await store.get('/count'))?.version, 100);
    assert.equal(await store.revision(), 100);
  },

  'a key may not occur twice in a commit': async ({ store }) => {
    await assert.rejects(
      store.commit([put('/a', '1'), remove('/a')]),
      /key "\/a" occurs twice in one commit/u,
    );
    assert.equal(await store.revision(), 0);
  },

  'a key is well-formed text without NUL': async ({ store }) => {
    for (const key of ['', 'a\0b', '\ud800']) {
      await assert.rejects(store.commit([put(key, '1')]), TypeError);
    }
  },

  'what is over a bound is refused by name, and nothing is written': async ({ store }) => {
    const tooMany: StoreWrite[] = Array.from({ length: 16_385 }, (_, index) => put(`/${index}`, ''));
    const refused: [StoreLimitError['limit'], readonly StoreWrite[]][] = [
      ['key', [put('/'.padEnd(1025, 'k'), '1')]],
      ['key', [put('/'.padEnd(400, '√'), '1')]],
      ['value', [{ type: 'put', key: '/a', value: new Uint8Array(8 * 1024 * 1024 + 1) }]],
      ['writes', tooMany],
    ];
    for (const [limit, writes] of refused) {
      await assert.rejects(
        store.commit(writes),
        (error) => error instanceof StoreLimitError && error.limit === limit,
      );
    }
    assert.equal(await commit(store, put('/'.padEnd(1024, 'k'), '1')), 1);
  },

  'a value of several megabytes comes back whole': async ({ store }) => {
    const value = new Uint8Array(5_000_000).map((_, index) => index * 31);
    await commit(store, { type: 'put', key: '/big', value }, put('/small', '1'));
    await commit(store, put('/big', 'no more'));
    const before = await store.get('/big', { revision: 1 });
    assert.equal(Buffer.compare(before?.value ?? bytes(''), value), 0);
  },

  'a value that was given out stays as it was': async ({ store }) => {
    await commit(store, put('/a', 'first'.repeat(1000)));
    const first = await store.get('/a');
    const listed = (await store.list('/')).records[0];
    for (let round = 0; round < 20; round++) await commit(store, put('/a', `${round}`.repeat(2500)));
    await store.compact(await store.revision());
    await commit(store, put('/b', 'other'.repeat(1000)));
    assert.equal(line(first), `/a=${'first'.repeat(1000)} 1/1/1`);
    assert.equal(line(listed), line(first));
  },
};
