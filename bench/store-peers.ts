/** The two stores that `npm run bench -- store` compares, as one thing to measure: the embedded one and etcd. */
import type { Store } from '../reconciler/core/ports.ts';
import type { EtcdClient } from '../reconciler/store/etcd/etcd-client.ts';
import { modRevisionIs } from '../reconciler/store/etcd/etcd-messages.ts';

export interface Peer {
  readonly name: string;
  /** Writes if the key's mod revision is `expected`; the new one. On disk when it resolves. */
  put(key: string, value: Uint8Array, expected: number): Promise<number>;
  /** Bytes of the value. */
  get(key: string): Promise<number>;
  /** How many keys from `first` on there are, `limit` at most, values and all. */
  range(first: string, limit: number): Promise<number>;
}

/** All keys of the benchmark begin with this; it sorts below `keyEnd`. */
export const keyPrefix = '/bench/';
const keyEnd = Buffer.from('/bench0');

export function embeddedPeer(store: Store): Peer {
  return {
    name: 'berth',
    put: async (key, value, expected) => {
      const result = await store.commit([{ type: 'put', key, value, expected }]);
      if (!result.ok) throw new Error(`${key} conflicted`);
      return result.revision;
    },
    get: async (key) => (await store.get(key))?.value.byteLength ?? 0,
    range: async (first, limit) => (await store.list(keyPrefix, { after: first, limit })).records.length,
  };
}

export function etcdPeer(client: EtcdClient): Peer {
  return {
    name: 'etcd',
    put: async (name, value, expected) => {
      const key = Buffer.from(name);
      const compare = [modRevisionIs(key, expected)];
      const result = await client.call('Txn', {
        compare,
        success: [{ requestPut: { key, value } }],
        failure: [],
      });
      if (!result.succeeded) throw new Error(`${name} conflicted`);
      return Number(result.header.revision);
    },
    get: async (key) => (await client.call('Range', { key: Buffer.from(key) })).kvs[0]?.value.byteLength ?? 0,
    range: async (first, limit) => {
      const key = Buffer.from(`${first}\0`);
      return (await client.call('Range', { key, rangeEnd: keyEnd, limit })).kvs.length;
    },
  };
}
