import { chmodSync, mkdirSync } from 'node:fs';
import { CompactedError, FutureRevisionError, StoreClosedError, StoreFailedError } from '../../core/ports.ts';
import type {
  CommitResult,
  Logger,
  Store,
  StoreBatch,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../core/ports.ts';
import { listTurnRecords, assertPageLimit, assertRevision, assertWrites } from '../limits.ts';
import { WatchHub } from '../watch-hub.ts';
import { compactStep } from './compaction.ts';
import { inspectDataFile } from './data-file.ts';
import { asFailure } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { readAt, readBatches, readPage } from './mvcc-reader.ts';
import { lockStore } from './owner-lock.ts';
import type { StoreState } from './row-codec.ts';
import { Tables } from './tables.ts';

/** What the store may hold, current records and uncompacted history together, before it refuses to put more. */
const bytesMaxDefault = 8 * 1024 * 1024 * 1024;

/** Secrets are among what the store holds. */
const ownerOnly = 0o700;

export interface LmdbStoreOptions {
  /** Made if it does not exist. One process at a time may have it open. */
  readonly directory: string;
  readonly bytesMax?: number;
  readonly logger?: Logger;
}

/**
 * Opens the store in `directory`. Throws StoreInUseError, which names the pid, when another process has it open,
 * and StoreFailedError when what is there cannot be trusted.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const { directory, bytesMax = bytesMaxDefault, logger } = options;
  mkdirSync(directory, { recursive: true, mode: ownerOnly });
  chmodSync(directory, ownerOnly);
  const unlock = lockStore(directory);
  let tables: Tables | undefined;
  try {
    const file = inspectDataFile(directory);
    tables = new Tables(directory);
    if (file === 'short') tables.verify();
    const state = await readState(tables);
    logger?.info('store opened', { directory, revision: state.revision, compacted: state.compacted });
    return new LmdbStore({ tables, state, bytesMax, logger, unlock });
  } catch (error) {
    await tables?.close();
    unlock();
    throw asFailure(error, `the store in ${directory} cannot be opened`);
  }
}

/** The state of the store, checked against its history: the last revision must be there, and none after it. */
async function readState(tables: Tables): Promise<StoreState> {
  const state = tables.state();
  const last = tables.lastHistoryRevision();
  if (state === undefined) {
    if (last > 0)
      throw new StoreFailedError(`the store is damaged: it has history up to revision ${last} but no state`);
    const fresh: StoreState = { revision: 0, compacted: 0 };
    await tables.transaction((writer) => writer.putState(fresh));
    return fresh;
  }
  const expected = state.revision === state.compacted ? [0, state.revision] : [state.revision];
  if (!expected.includes(last)) {
    throw new StoreFailedError(
      `the store is damaged: it is at revision ${state.revision}, its history ends at ${last}`,
    );
  }
  return state;
}

class LmdbStore implements Store {
  readonly #tables: Tables;
  readonly #writer: GroupCommit;
  readonly #hub: WatchHub;
  readonly #unlock: () => void;
  /** Lists that take several turns, by the revision they show: compaction lets them finish. */
  readonly #lists = new Set<{ readonly revision: number; readonly finished: Promise<void> }>();
  #closing: Promise<void> | undefined;

  constructor(parts: {
    readonly tables: Tables;
    readonly state: StoreState;
    readonly bytesMax: number;
    readonly logger: Logger | undefined;
    readonly unlock: () => void;
  }) {
    this.#tables = parts.tables;
    this.#unlock = parts.unlock;
    this.#hub = new WatchHub({
      revision: () => this.#writer.state.revision,
      compacted: () => this.#writer.state.compacted,
      read: (after, through) => this.#read(() => readBatches(this.#tables, after, through)),
    });
    this.#writer = new GroupCommit({
      tables: parts.tables,
      state: parts.state,
      bytesMax: parts.bytesMax,
      logger: parts.logger,
      onDurable: (batches) => this.#hub.publish(batches),
      onFailed: (error) => {
        parts.logger?.error('the store failed; the process must end', { reason: error.message });
        this.#hub.end(error);
      },
    });
  }

  async get(key: string, options: { readonly revision?: number } = {}): Promise<StoreRecord | undefined> {
    const revision = this.#readable(options.revision);
    return this.#read(() => readAt(this.#tables, key, revision));
  }

  async list(
    prefix: string,
    options: { readonly limit?: number; readonly after?: string; readonly revision?: number } = {},
  ): Promise<StoreList> {
    const revision = this.#readable(options.revision);
    const { limit = Number.MAX_SAFE_INTEGER } = options;
    assertPageLimit(limit);
    const first = this.#page(prefix, options.after, revision, limit);
    if (first.next === undefined) return { records: first.records, revision };
    if (first.records.length === limit) return { records: first.records, revision, next: first.next };
    return this.#listInTurns(prefix, { revision, limit }, [...first.records], first.next);
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    this.#writer.assertOpen();
    assertWrites(writes);
    return this.#writer.commit(writes);
  }

  watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<StoreBatch> {
    return this.#hub.watch(prefix, options);
  }

  async compact(revision: number): Promise<void> {
    this.#existing(revision);
    await this.#writer.exclusive((state) => ({
      state: { ...state, compacted: Math.max(state.compacted, revision) },
      write: () => undefined,
    }));
    await Promise.all(
      [...this.#lists].filter((list) => list.revision < revision).map((list) => list.finished),
    );
    const { compacted } = this.#writer.state;
    for (let done = false; !done; ) {
      await this.#writer.exclusive((state) => {
        const step = compactStep(this.#tables, compacted);
        done = step.done;
        return { state, write: step.write };
      });
    }
  }

  async revision(): Promise<number> {
    this.#writer.assertOpen();
    return this.#writer.state.revision;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer.close();
    this.#hub.end(new StoreClosedError());
    await this.#tables.close();
    this.#unlock();
  }

  #page(
    prefix: string,
    after: string | undefined,
    revision: number,
    left: number,
  ): ReturnType<typeof readPage> {
    return this.#read(() =>
      readPage(this.#tables, { prefix, after, revision }, Math.min(left, listTurnRecords)),
    );
  }

  /** A long list reads one page a turn. All show one revision, which compaction spares until the last is read. */
  async #listInTurns(
    prefix: string,
    { revision, limit }: { readonly revision: number; readonly limit: number },
    records: StoreRecord[],
    first: string,
  ): Promise<StoreList> {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const list = { revision, finished };
    this.#lists.add(list);
    try {
      let next: string | undefined = first;
      while (next !== undefined && records.length < limit) {
        await new Promise((resolve) => setImmediate(resolve));
        this.#writer.assertOpen();
        const page = this.#page(prefix, next, revision, limit - records.length);
        for (const record of page.records) records.push(record);
        next = page.next;
      }
      return next === undefined ? { records, revision } : { records, revision, next };
    } finally {
      this.#lists.delete(list);
      finish();
    }
  }

  /** Damage that a read comes upon ends the store. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      const failure = asFailure(error, 'the store cannot be read');
      this.#writer.fail(failure);
      throw failure;
    }
  }

  #readable(asked: number | undefined): number {
    const revision = this.#existing(asked ?? this.#writer.state.revision);
    const { compacted } = this.#writer.state;
    if (revision < compacted) throw new CompactedError(revision, compacted);
    return revision;
  }

  #existing(revision: number): number {
    this.#writer.assertOpen();
    assertRevision(revision);
    const current = this.#writer.state.revision;
    if (revision > current) throw new FutureRevisionError(revision, current);
    return revision;
  }
}
