import assert from 'node:assert/strict';
import { CompactedError, FutureRevisionError, StoreClosedError } from '../../reconciler/core/ports.ts';
import type { Store, StoreBatch } from '../../reconciler/core/ports.ts';
import { batchLine, commit, put, remove, watched } from './store-trial.ts';
import type { StoreCases } from './store-trial.ts';

/** Watches: order, replay, previous values, ends. */
export const watchCases: StoreCases = {
  'a watch brings each commit as one batch, with what was before': async ({ store }) => {
    const seen = watched(store, '/p/', 0, 4);
    await commit(store, put('/p/a', '1'), put('/q', '1'), put('/p/b', '1'));
    await commit(store, put('/q', '2'));
    await commit(store, remove('/p/b'), put('/p/a', '2'));
    await commit(store, put('/p/b', '3'));
    await commit(store, remove('/p/a'));
    assert.deepEqual(await seen, [
      '1: +/p/a=1 1/1/1 [absent], +/p/b=1 1/1/1 [absent]',
      '3: -/p/b@3 [/p/b=1 1/1/1], +/p/a=2 1/3/2 [/p/a=1 1/1/1]',
      '4: +/p/b=3 4/4/1 [absent]',
      '5: -/p/a@5 [/p/a=2 1/3/2]',
    ]);
  },

  'a replay from any revision is what a live watch saw': async ({ store }) => {
    const live = watched(store, '/', 0, 6);
    await commit(store, put('/a', '1'));
    await commit(store, put('/a', '2'), put('/b', '1'));
    await commit(store, remove('/a'));
    await commit(store, put('/a', '3'));
    await commit(store, put('/a', '4'), remove('/b'));
    await commit(store, put('/b', '2'));
    const expected = await live;
    assert.equal(expected.length, 6);
    for (let after = 0; after <= 6; after++) {
      assert.deepEqual(await watched(store, '/', after, 6 - after), expected.slice(after), `after ${after}`);
    }
  },

  'a watch that starts behind meets the live events without gap or repetition': async ({ store }) => {
    const total = 1_500;
    for (let index = 0; index < 700; index++) void store.commit([put('/n', `${index}`)]);
    await commit(store, put('/n', 'x'));
    const watchers = Array.from({ length: 5 }, (_, index) => revisionsOf(store, '/n', index * 100, total));
    const writers = Array.from({ length: 8 }, async () => {
      while ((await store.revision()) < total) await store.commit([put('/n', 'y')]);
    });
    for (const [index, seen] of (await Promise.all(watchers)).entries()) {
      const first = index * 100 + 1;
      assert.deepEqual(
        seen,
        Array.from({ length: total - first + 1 }, (_, offset) => first + offset),
      );
    }
    await Promise.all(writers);
  },

  'a watcher that falls far behind misses nothing, and holds up nobody': async ({ store }) => {
    const abort = new AbortController();
    const batches = store.watch('/', { after: 0, signal: abort.signal })[Symbol.asyncIterator]();
    await commit(store, put('/n', 'first'));
    assert.equal((await nextOf(batches)).revision, 1);
    // 40 commits of 1,000 writes are several times what a watcher may buffer; the consumer sleeps through them.
    for (let round = 0; round < 40; round++) {
      await commit(store, ...Array.from({ length: 1_000 }, (_, index) => put(`/n/${index}`, `${round}`)));
    }
    for (let revision = 2; revision <= 41; revision++) {
      const batch = await nextOf(batches);
      assert.equal(batch.revision, revision);
      assert.equal(batch.events.length, 1_000);
    }
    abort.abort();
    assert.equal((await batches.next()).done, true);
  },

  'an event is known to be on disk: what a watch tells can be read': async ({ store }) => {
    const abort = new AbortController();
    const writing = (async () => {
      for (let index = 0; index < 50; index++) await commit(store, put('/a', `${index}`));
    })();
    for await (const batch of store.watch('/', { after: 0, signal: abort.signal })) {
      if (batch.events.length === 0) continue;
      assert.ok((await store.revision()) >= batch.revision);
      assert.equal((await store.get('/a', { revision: batch.revision }))?.modRevision, batch.revision);
      if (batch.revision === 50) abort.abort();
    }
    await writing;
  },

  'abort ends a watch normally, idle or not': async ({ store }) => {
    await commit(store, put('/a', '1'));
    assert.deepEqual(await watched(store, '/', 0, 0), []);
    const abort = new AbortController();
    const idle = nextOf(store.watch('/', { after: 1, signal: abort.signal })[Symbol.asyncIterator]());
    await commit(store, put('/b', '1'));
    assert.equal(batchLine(await idle), '2: +/b=1 2/2/1 [absent]');
    const waiting = store.watch('/none/', { after: 2, signal: abort.signal })[Symbol.asyncIterator]().next();
    await commit(store, put('/c', '1'));
    abort.abort();
    assert.equal((await waiting).done, true);
  },

  'a watch from below the last compaction throws': async ({ store }) => {
    for (let index = 0; index < 4; index++) await commit(store, put('/a', `${index}`));
    await store.compact(3);
    await assert.rejects(
      watched(store, '/', 2, 1),
      (error) => error instanceof CompactedError && error.requested === 2 && error.compacted === 3,
    );
    assert.deepEqual(await watched(store, '/', 3, 1), ['4: +/a=3 1/4/4 [/a=2 1/3/3]']);
  },

  'a watcher that is level outlives a compaction, though nothing under its prefix changed': async ({
    store,
  }) => {
    await commit(store, put('/quiet/a', '1'));
    const abort = new AbortController();
    const watch = store.watch('/quiet/', { after: 0, signal: abort.signal })[Symbol.asyncIterator]();
    assert.equal(batchLine(await nextOf(watch)), '1: +/quiet/a=1 1/1/1 [absent]');
    for (let index = 0; index < 10; index++) await commit(store, put('/loud', `${index}`));
    await store.compact(11);
    await commit(store, put('/quiet/a', '2'));
    assert.equal(batchLine(await nextOf(watch)), '12: +/quiet/a=2 1/12/2 [/quiet/a=1 1/1/1]');
    abort.abort();
    assert.equal((await watch.next()).done, true);
  },

  'a watch from a revision that does not exist yet throws': async ({ store }) => {
    await commit(store, put('/a', '1'));
    await assert.rejects(watched(store, '/', 2, 1), FutureRevisionError);
  },

  'close ends watches and refuses every later call': async ({ store }) => {
    await commit(store, put('/a', '1'));
    const idle = watched(store, '/none/', 1, 1);
    const ended = assert.rejects(idle, StoreClosedError);
    const last = store.commit([put('/b', '1')]);
    await store.close();
    assert.equal((await last).ok, true);
    await ended;
    for (const call of [
      () => store.get('/a'),
      () => store.list('/'),
      () => store.commit([put('/a', '2')]),
      () => store.compact(1),
      () => store.revision(),
      () => watched(store, '/', 1, 1),
    ]) {
      await assert.rejects(call, StoreClosedError);
    }
    await store.close();
  },
};

/** The next batch with events. */
async function nextOf(watch: AsyncIterator<StoreBatch>): Promise<StoreBatch> {
  for (;;) {
    const { value } = (await watch.next()) as { value: StoreBatch };
    if (value.events.length > 0) return value;
  }
}

async function revisionsOf(
  store: Store,
  prefix: string,
  after: number,
  last: number,
): Promise<readonly number[]> {
  const abort = new AbortController();
  const seen: number[] = [];
  for await (const batch of store.watch(prefix, { after, signal: abort.signal })) {
    if (batch.revision > last) break;
    if (batch.events.length === 0) continue;
    seen.push(batch.revision);
    if (batch.revision === last) abort.abort();
  }
  return seen;
}
