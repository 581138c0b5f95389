/** Who leads: a key in the store whose revision fences every write, and whose value is the epoch agents compare. */
import type { LeaderElection, Leadership, Store } from '../core/ports.ts';

/** What of a term a commit has to check. */
export type Fence = Pick<Leadership, 'key' | 'modRevision'>;

/** Holds the epoch of the last leader. */
export const leaderKey = '/leader';
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Takes the lead from whoever had it; its later writes are refused. */
export async function takeLead(store: Store): Promise<Fence & { readonly epoch: number }> {
  for (;;) {
    const record = await store.get(leaderKey);
    const epoch = record === undefined ? 1 : Number(decoder.decode(record.value)) + 1;
    if (!Number.isSafeInteger(epoch)) throw new Error(`the store's ${leaderKey} holds no epoch`);
    const value = encoder.encode(String(epoch));
    const result = await store.commit([
      { type: 'put', key: leaderKey, value, expected: record?.modRevision ?? 0 },
    ]);
    if (result.ok) return { key: leaderKey, modRevision: result.revision, epoch };
  }
}

/** The election on a store that one process alone can have open: who has it open leads, until it resigns. */
export function soleElection(store: Store, identity: string): LeaderElection {
  let leading = false;
  return {
    identity,
    leader: async () => (leading ? identity : undefined),
    campaign: async (signal) => {
      signal.throwIfAborted();
      const term = await takeLead(store);
      const over = new AbortController();
      leading = true;
      const resign = async (): Promise<void> => {
        leading = false;
        over.abort();
      };
      return { ...term, lost: over.signal, resign };
    },
  };
}
