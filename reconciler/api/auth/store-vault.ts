/** Keys in the cluster's store, for several reconcilers on one etcd: all of them find the same ones. */
import type { Store } from '../../core/ports.ts';
import { assertVaultName, type KeyVault } from './key-vault.ts';

const vaultPrefix = '/berth/pki/';

/** A vault under `/berth/pki/`. Whoever may read the store may read the keys. */
export function storeVault(store: Store): KeyVault {
  const load = async (name: string): Promise<Uint8Array | undefined> => {
    assertVaultName(name);
    return (await store.get(vaultPrefix + name))?.value;
  };
  return {
    load,
    saveOnce: async (name, bytes) => {
      assertVaultName(name);
      const { ok } = await store.commit([
        { type: 'put', key: vaultPrefix + name, value: bytes, expected: 0 },
      ]);
      if (ok) return bytes;
      const kept = await load(name);
      if (kept === undefined) throw new Error(`the key ${name} was removed while it was saved`);
      return kept;
    },
  };
}
