/** The contract of the store on a real etcd: one server for all trials, a prefix of its own for each. */
import { after, before } from 'node:test';
import { openEtcdStore } from '../../reconciler/store/etcd/etcd-store.ts';
import { EtcdServer, wideLimits } from './etcd-server.ts';
import { storeContract } from './store-contract.ts';
import { RebasedStore } from './store-rebased.ts';
import type { StoreTrial } from './store-trial.ts';

let server: EtcdServer | undefined;
let trials = 0;

before(async () => {
  server = await EtcdServer.start({ arguments: wideLimits });
});
after(() => server?.dispose());

storeContract({ name: 'etcd', durable: true, ordered: false, open: openEtcdTrial });

async function openEtcdTrial(): Promise<StoreTrial> {
  const options = {
    endpoints: [server?.url ?? ''],
    prefix: `/trial-${trials++}`,
    // Debian's etcd is 3.4.
    allowOldServer: true,
  };
  let store = await openEtcdStore(options);
  const base = await store.revision();
  return {
    store: new RebasedStore(store, base),
    reopen: async () => {
      await store.close();
      store = await openEtcdStore(options);
      return new RebasedStore(store, base);
    },
    dispose: () => store.close(),
  };
}
