/** The contract of the leader's election, in memory and on a real etcd. */
import { after, before } from 'node:test';
import { openEtcdStore } from '../../reconciler/store/etcd/etcd-store.ts';
import { createMemoryStore } from '../../reconciler/store/memory/memory-store.ts';
import { MemoryElection } from '../sim/memory-election.ts';
import { electionContract, type ElectionTrial } from './election-contract.ts';
import { EtcdServer } from './etcd-server.ts';

electionContract('memory', async () => {
  const store = createMemoryStore();
  const election = new MemoryElection(store);
  return {
    store,
    candidate: (identity) => election.candidate(identity),
    depose: () => election.depose(),
    dispose: () => store.close(),
  };
});

let server: EtcdServer | undefined;
let trials = 0;

before(async () => {
  server = await EtcdServer.start();
});
after(() => server?.dispose());

electionContract('etcd', async (): Promise<ElectionTrial> => {
  const options = {
    endpoints: [server?.url ?? ''],
    prefix: `/election-${trials++}`,
    // Debian's etcd is 3.4.
    allowOldServer: true,
  };
  const store = await openEtcdStore(options);
  return {
    store,
    candidate: (identity) => store.election({ identity, leaseSeconds: 2 }),
    depose: async () => {
      await store.commit([{ type: 'delete', key: '/leader/holder' }]);
    },
    dispose: () => store.close(),
  };
});
