import assert from 'node:assert/strict';
import type { Store, StoreBatch } from '../../reconciler/core/ports.ts';
import { keysPerCommit, stampOf } from './store-atoms.ts';

/** A line of store-writer.ts: what it was told is on disk. */
export interface Acknowledgement {
  readonly revision: number;
  readonly stamp: string;
}

export function parseAcknowledgement(line: string): Acknowledgement {
  const [, revision, stamp] = /^(\d+) (\S+)$/u.exec(line) ?? [];
  assert.ok(revision !== undefined && stamp !== undefined, `not an acknowledgement: ${line}`);
  return { revision: Number(revision), stamp };
}

/** What the store that store-writer.ts writes to must hold, carried over its deaths. */
export class KnownState {
  readonly #stamps = new Map<string, string>();
  revision = 0;

  /** Checks what was written since the last time, and what that comes to. */
  async advance(store: Store, acknowledgements: readonly Acknowledgement[]): Promise<void> {
    const revision = await store.revision();
    assert.ok(revision >= this.revision, `the revision fell from ${this.revision} to ${revision}`);
    const written = new Map<number, string>();
    for (const batch of await batchesBetween(store, this.revision, revision)) {
      written.set(batch.revision, this.#apply(batch));
    }
    assert.equal(written.size, revision - this.revision, 'history has a gap');
    for (const { revision: at, stamp } of acknowledgements) {
      assert.equal(written.get(at), stamp, `the acknowledged commit of revision ${at} is lost`);
    }
    this.revision = revision;
    const { records } = await store.list('/');
    assert.deepEqual(new Map(records.map(({ key, value }) => [key, stampOf(value)])), this.#stamps);
  }

  /** Takes one commit over; its stamp. Each must be whole: all keys of one writer, with one stamp. */
  #apply(batch: StoreBatch): string {
    assert.equal(batch.events.length, keysPerCommit, `revision ${batch.revision} is there by half`);
    const stamps = new Set<string>();
    for (const event of batch.events) {
      if (event.type === 'put') {
        const stamp = stampOf(event.record.value);
        this.#stamps.set(event.record.key, stamp);
        stamps.add(stamp);
      } else {
        this.#stamps.delete(event.key);
        stamps.add(nextStamp(stampOf(event.previous.value)));
      }
    }
    assert.equal(stamps.size, 1, `revision ${batch.revision} mixes ${[...stamps].join(' and ')}`);
    return [...stamps].join();
  }
}

/** A deletion holds no value: its stamp is that of the put before, with the next number. */
function nextStamp(stamp: string): string {
  const [, seed, writer, round] = stamp.split('-');
  return `deleted-${seed}-${writer}-${Number(round) + 1}`;
}

async function batchesBetween(store: Store, after: number, through: number): Promise<readonly StoreBatch[]> {
  const abort = new AbortController();
  const batches: StoreBatch[] = [];
  if (after === through) return batches;
  for await (const batch of store.watch('/', { after, signal: abort.signal })) {
    batches.push(batch);
    if (batch.revision === through) abort.abort();
  }
  return batches;
}
