import type {
  CommitResult,
  Store,
  StoreBatch,
  StoreEvent,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../core/ports.ts';
import { keyOf } from '../commit.ts';
import type { EncryptionKey } from './key-file.ts';
import { isSealed, openValue, sealValue } from './sealed-value.ts';

export interface EncryptionOptions {
  /** Newest first: that one encrypts, all decrypt. */
  readonly keys: readonly EncryptionKey[];
  /** Values of keys that begin with one of these are encrypted. */
  readonly prefixes: readonly string[];
}

/**
 * A store whose values under some prefixes are encrypted on disk; the others pass as they are. A value that was
 * written before is read as it is, and encrypted when it is written the next time.
 */
export function encryptedStore(store: Store, options: EncryptionOptions): Store {
  return new EncryptedStore(store, options);
}

class EncryptedStore implements Store {
  readonly #store: Store;
  readonly #prefixes: readonly string[];
  readonly #newest: EncryptionKey;
  readonly #keys: ReadonlyMap<string, EncryptionKey>;
  /** By the record as the store has it: a watched event is decrypted once, whoever watches. */
  readonly #opened = new WeakMap<StoreRecord, StoreRecord>();

  constructor(store: Store, { keys, prefixes }: EncryptionOptions) {
    const newest = keys[0];
    if (newest === undefined) throw new Error('at least one key is needed to encrypt');
    this.#store = store;
    this.#prefixes = prefixes;
    this.#newest = newest;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  async get(key: string, options?: { readonly revision?: number }): Promise<StoreRecord | undefined> {
    const record = await this.#store.get(key, options);
    return record && this.#open(record);
  }

  async list(
    prefix: string,
    options?: { readonly limit?: number; readonly after?: string; readonly revision?: number },
  ): Promise<StoreList> {
    const list = await this.#store.list(prefix, options);
    if (!this.#touches(prefix)) return list;
    return { ...list, records: list.records.map((record) => this.#open(record)) };
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    if (!writes.some(({ key }) => this.#covers(key))) return this.#store.commit(writes);
    return this.#store.commit(
      writes.map((write) =>
        write.type === 'put' && this.#covers(write.key)
          ? { ...write, value: sealValue(write.key, write.value, this.#newest) }
          : write,
      ),
    );
  }

  watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    const batches = this.#store.watch(prefix, options);
    return this.#touches(prefix) ? this.#openBatches(batches) : batches;
  }

  compact(revision: number): Promise<void> {
    return this.#store.compact(revision);
  }

  revision(): Promise<number> {
    return this.#store.revision();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async *#openBatches(batches: AsyncIterable<StoreBatch>): AsyncGenerator<StoreBatch> {
    for await (const batch of batches) {
      if (!batch.events.some((event) => this.#covers(keyOf(event)))) yield batch;
      else yield { revision: batch.revision, events: batch.events.map((event) => this.#openEvent(event)) };
    }
  }

  #openEvent(event: StoreEvent): StoreEvent {
    if (event.type === 'delete') return { ...event, previous: this.#open(event.previous) };
    const record = this.#open(event.record);
    if (event.previous === undefined) return { type: 'put', record };
    return { type: 'put', record, previous: this.#open(event.previous) };
  }

  #open(record: StoreRecord): StoreRecord {
    if (!this.#covers(record.key) || !isSealed(record.value)) return record;
    const known = this.#opened.get(record);
    if (known !== undefined) return known;
    const opened = { ...record, value: openValue(record.key, record.value, this.#keys) };
    this.#opened.set(record, opened);
    return opened;
  }

  #covers(key: string): boolean {
    return this.#prefixes.some((prefix) => key.startsWith(prefix));
  }

  /** Whether what is under `prefix` may be encrypted. */
  #touches(prefix: string): boolean {
    return this.#prefixes.some((each) => each.startsWith(prefix) || prefix.startsWith(each));
  }
}
