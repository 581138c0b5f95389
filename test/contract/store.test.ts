import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import { createMemoryStore } from '../../reconciler/store/memory/memory-store.ts';
import { storeContract } from './store-contract.ts';
import type { StoreTrial } from './store-trial.ts';

storeContract({
  name: 'memory',
  durable: false,
  ordered: true,
  open: async () => {
    const store = createMemoryStore();
    return { store, dispose: () => store.close() };
  },
});

storeContract({ name: 'log', durable: true, ordered: true, open: openLogTrial });

async function openLogTrial(): Promise<StoreTrial> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-store-'));
  const first = await openLogStore({ directory });
  let store = first;
  return {
    store: first,
    reopen: async () => {
      await store.close();
      store = await openLogStore({ directory });
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
