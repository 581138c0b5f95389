import assert from 'node:assert/strict';
import { CompactedError } from '../../reconciler/core/ports.ts';
import type { Store } from '../../reconciler/core/ports.ts';
import { commit, conflicting, lines, put, remove, watched } from './store-trial.ts';
import type { StoreCases, StoreTrial } from './store-trial.ts';

/** What a store on disk must still know after it was closed and opened again. */
export const durabilityCases: StoreCases = {
  'reopening keeps records, history and the revision': async (trial) => {
    await commit(trial.store, put('/a', '1'), put('/b', '1'));
    await commit(trial.store, put('/a', '2'), remove('/b'));
    await commit(trial.store, put('/b', '3'));
    const store = await reopen(trial);
    assert.equal(await store.revision(), 3);
    assert.deepEqual(await lines(store, '/'), ['/a=2 1/2/2', '/b=3 3/3/1']);
    assert.deepEqual(await lines(store, '/', 1), ['/a=1 1/1/1', '/b=1 1/1/1']);
    assert.deepEqual(await watched(store, '/', 1, 2), [
      '2: +/a=2 1/2/2 [/a=1 1/1/1], -/b@2 [/b=1 1/1/1]',
      '3: +/b=3 3/3/1 [absent]',
    ]);
    await conflicting(store, put('/a', 'x', 1));
    assert.equal(await commit(store, put('/a', '4', 2)), 4);
  },

  'reopening keeps what was compacted compacted': async (trial) => {
    for (let index = 1; index <= 5; index++) await commit(trial.store, put('/a', `${index}`));
    await trial.store.compact(5);
    const store = await reopen(trial);
    assert.equal(await store.revision(), 5);
    await assert.rejects(store.get('/a', { revision: 4 }), CompactedError);
    await assert.rejects(watched(store, '/', 4, 1), CompactedError);
    assert.deepEqual(await lines(store, '/', 5), ['/a=5 1/5/5']);
    assert.equal(await commit(store, remove('/a', 5)), 6);
  },

  'close waits for the commits that were made before it': async (trial, { ordered }) => {
    const commits = Array.from({ length: 50 }, (_, index) => commit(trial.store, put(`/${index}`, 'x')));
    const store = await reopen(trial);
    const revisions = await Promise.all(commits);
    assert.deepEqual(
      ordered ? revisions : revisions.sort((left, right) => left - right),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    assert.equal((await store.list('/')).records.length, 50);
  },
};

async function reopen(trial: StoreTrial): Promise<Store> {
  const store = await trial.reopen?.();
  assert.ok(store, 'a durable trial can be reopened');
  return store;
}
