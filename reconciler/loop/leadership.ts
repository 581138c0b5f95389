/** Who leads: a key in the store whose revision fences every write, and whose value is the epoch agents compare. */
import type { Store } from '../core/ports.ts';

export interface Leadership {
  readonly key: string;
  /** A commit that checks this revision fails once another leader took over. */
  readonly modRevision: number;
  /** One more than the former leader's. */
  readonly epoch: number;
}

const leaderKey = '/leader';
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Takes the lead from whoever had it; its later writes are refused. */
export async function takeLead(store: Store): Promise<Leadership> {
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
