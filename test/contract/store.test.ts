import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../reconciler/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../reconciler/store/memory/memory-store.ts';
import { storeContract } from './store-contract.ts';
import type { StoreTrial } from './store-trial.ts';

storeContract({
  name: 'memory',
  durable: false,
  open: async () => {
    const store = createMemoryStore();
    return { store, dispose: () => store.close() };
  },
});

storeContract({ name: 'lmdb', durable: true, open: openLmdbTrial });

async function openLmdbTrial(): Promise<StoreTrial> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-store-'));
  const first = await openLmdbStore({ directory });
  let store = first;
  return {
    store: first,
    reopen: async () => {
      await store.close();
      store = await openLmdbStore({ directory });
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
