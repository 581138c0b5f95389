/**
 * A store whose revisions are counted from where it stood when it was wrapped. The contract speaks of revision 1, 2, 3;
 * an etcd that several trials share is somewhere else. Nothing but numbers is changed.
 */
import { CompactedError, FutureRevisionError } from '../../reconciler/core/ports.ts';
import type {
  CommitResult,
  Store,
  StoreBatch,
  StoreEvent,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../reconciler/core/ports.ts';

export class RebasedStore implements Store {
  readonly #store: Store;
  readonly #base: number;

  constructor(store: Store, base: number) {
    this.#store = store;
    this.#base = base;
  }

  async get(key: string, options: { readonly revision?: number } = {}): Promise<StoreRecord | undefined> {
    const record = await this.#translated(this.#store.get(key, this.#options(options)));
    return record && this.#record(record);
  }

  async list(
    prefix: string,
    options: { readonly limit?: number; readonly after?: string; readonly revision?: number } = {},
  ): Promise<StoreList> {
    const list = await this.#translated(this.#store.list(prefix, this.#options(options)));
    const records = list.records.map((record) => this.#record(record));
    return { ...list, records, revision: list.revision - this.#base };
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    const result = await this.#translated(this.#store.commit(writes.map((write) => this.#write(write))));
    const revision = result.revision - this.#base;
    if (result.ok) return { ok: true, revision };
    const conflicts = result.conflicts.map(({ key, expected, actual }) => ({
      key,
      expected: this.#mod(expected, -this.#base),
      actual: this.#mod(actual, -this.#base),
    }));
    return { ok: false, revision, conflicts };
  }

  async *watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<StoreBatch> {
    try {
      const after = options.after + this.#base;
      for await (const batch of this.#store.watch(prefix, { after, signal: options.signal })) {
        const events = batch.events.map((event) => this.#event(event));
        yield { revision: batch.revision - this.#base, events };
      }
    } catch (error) {
      throw this.#error(error);
    }
  }

  compact(revision: number): Promise<void> {
    return this.#translated(this.#store.compact(revision < 0 ? revision : revision + this.#base));
  }

  async revision(): Promise<number> {
    return (await this.#translated(this.#store.revision())) - this.#base;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #options<T extends { readonly revision?: number }>(options: T): T {
    const { revision } = options;
    if (revision === undefined || revision < 0) return options;
    return { ...options, revision: revision + this.#base };
  }

  /** 0 is for "does not exist" on either side. */
  #mod(revision: number, by: number): number {
    return revision === 0 ? 0 : revision + by;
  }

  #write(write: StoreWrite): StoreWrite {
    if (write.expected === undefined) return write;
    return { ...write, expected: this.#mod(write.expected, this.#base) };
  }

  #record(record: StoreRecord): StoreRecord {
    const createRevision = record.createRevision - this.#base;
    return { ...record, createRevision, modRevision: record.modRevision - this.#base };
  }

  #event(event: StoreEvent): StoreEvent {
    if (event.type === 'delete') {
      const previous = this.#record(event.previous);
      return { ...event, previous, modRevision: event.modRevision - this.#base };
    }
    const record = this.#record(event.record);
    return event.previous === undefined
      ? { ...event, record }
      : { ...event, record, previous: this.#record(event.previous) };
  }

  async #translated<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#error(error);
    }
  }

  #error(error: unknown): unknown {
    if (error instanceof CompactedError)
      return new CompactedError(error.requested - this.#base, error.compacted - this.#base);
    if (error instanceof FutureRevisionError)
      return new FutureRevisionError(error.requested - this.#base, error.current - this.#base);
    return error;
  }
}
