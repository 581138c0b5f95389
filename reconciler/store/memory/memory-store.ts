import { CompactedError, FutureRevisionError, StoreClosedError } from '../../core/ports.ts';
import type {
  CommitResult,
  Store,
  StoreBatch,
  StoreEvent,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../core/ports.ts';
import { decideCommit, keyOf } from '../commit.ts';
import { assertPageLimit, assertRevision, assertWrites } from '../limits.ts';
import { WatchHub } from '../watch-hub.ts';
import { compareKeys, lowerBound } from '../key-order.ts';

/** A store without a disk: for tests, and for the simulation of a whole control plane in one process. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

/** What a key was from `revision` on; no record means deleted. */
interface Version {
  readonly revision: number;
  readonly record?: StoreRecord;
}

class MemoryStore implements Store {
  readonly #versions = new Map<string, Version[]>();
  /** Every key of `#versions` in byte order. */
  readonly #keys: string[] = [];
  /** One batch per revision; the first is that of revision `#compacted + 1`. */
  #log: StoreBatch[] = [];
  #revision = 0;
  #compacted = 0;
  #closed = false;
  readonly #hub = new WatchHub({
    revision: () => this.#revision,
    compacted: () => this.#compacted,
    read: (after, through) => this.#log.slice(after - this.#compacted, through - this.#compacted),
  });

  async get(key: string, options: { readonly revision?: number } = {}): Promise<StoreRecord | undefined> {
    return this.#at(key, this.#readable(options.revision));
  }

  async list(
    prefix: string,
    options: { readonly limit?: number; readonly after?: string; readonly revision?: number } = {},
  ): Promise<StoreList> {
    const revision = this.#readable(options.revision);
    const { limit = Number.MAX_SAFE_INTEGER, after } = options;
    assertPageLimit(limit);
    const records: StoreRecord[] = [];
    for (let index = this.#start(prefix, after); index < this.#keys.length; index++) {
      const key = this.#keys[index] ?? '';
      if (!key.startsWith(prefix)) break;
      const record = this.#at(key, revision);
      if (record === undefined) continue;
      const last = records.at(-1);
      if (records.length === limit && last !== undefined) return { records, revision, next: last.key };
      records.push(record);
    }
    return { records, revision };
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    this.#assertOpen();
    assertWrites(writes);
    const revision = this.#revision + 1;
    const decision = decideCommit(writes, revision, (key) => this.#versions.get(key)?.at(-1)?.record);
    switch (decision.type) {
      case 'conflict':
        return { ok: false, revision: this.#revision, conflicts: decision.conflicts };
      case 'nothing':
        return { ok: true, revision: this.#revision };
      case 'write': {
        const batch: StoreBatch = { revision, events: decision.events };
        for (const event of batch.events) this.#write(event, revision);
        this.#revision = revision;
        this.#log.push(batch);
        this.#hub.publish([batch]);
        return { ok: true, revision };
      }
    }
  }

  watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    return this.#hub.watch(prefix, options);
  }

  async compact(revision: number): Promise<void> {
    this.#readableOrCompacted(revision);
    if (revision <= this.#compacted) return;
    this.#log = this.#log.slice(revision - this.#compacted);
    this.#compacted = revision;
    for (const [key, versions] of this.#versions) this.#forget(key, versions, revision);
  }

  async revision(): Promise<number> {
    this.#assertOpen();
    return this.#revision;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#hub.end(new StoreClosedError());
  }

  #at(key: string, revision: number): StoreRecord | undefined {
    return this.#versions.get(key)?.findLast((version) => version.revision <= revision)?.record;
  }

  #start(prefix: string, after: string | undefined): number {
    if (after === undefined || compareKeys(after, prefix) < 0) return lowerBound(this.#keys, prefix);
    const index = lowerBound(this.#keys, after);
    return this.#keys[index] === after ? index + 1 : index;
  }

  #write(event: StoreEvent, revision: number): void {
    const key = keyOf(event);
    const version: Version = event.type === 'put' ? { revision, record: event.record } : { revision };
    const versions = this.#versions.get(key);
    if (versions !== undefined) {
      versions.push(version);
      return;
    }
    this.#versions.set(key, [version]);
    this.#keys.splice(lowerBound(this.#keys, key), 0, key);
  }

  /** Keeps of a key what it was at `revision`, and what it became after. */
  #forget(key: string, versions: Version[], revision: number): void {
    const first = versions.findLastIndex((version) => version.revision <= revision);
    if (first > 0) versions.splice(0, first);
    if (versions.length > 1 || versions[0]?.record !== undefined) return;
    if ((versions[0]?.revision ?? 0) > revision) return;
    this.#versions.delete(key);
    this.#keys.splice(lowerBound(this.#keys, key), 1);
  }

  #readable(asked: number | undefined): number {
    const revision = this.#readableOrCompacted(asked ?? this.#revision);
    if (revision < this.#compacted) throw new CompactedError(revision, this.#compacted);
    return revision;
  }

  #readableOrCompacted(revision: number): number {
    this.#assertOpen();
    assertRevision(revision);
    if (revision > this.#revision) throw new FutureRevisionError(revision, this.#revision);
    return revision;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }
}
