import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../reconciler/core/ports.ts';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import { encryptedStore } from '../../reconciler/store/encryption/encrypted-store.ts';
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

storeContract({ name: 'log', durable: true, ordered: true, open: () => openLogTrial((store) => store) });

storeContract({ name: 'encrypted log', durable: true, ordered: true, open: () => openLogTrial(encrypted) });

function encrypted(store: Store): Store {
  const keys = [{ id: '0123456789abcdef', secret: Buffer.alloc(32, 7) }];
  return encryptedStore(store, { keys, prefixes: ['/'] });
}

async function openLogTrial(wrap: (store: Store) => Store): Promise<StoreTrial> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-store-'));
  const first = wrap(await openLogStore({ directory }));
  let store = first;
  return {
    store: first,
    reopen: async () => {
      await store.close();
      store = wrap(await openLogStore({ directory }));
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
