import { chmodSync, mkdirSync } from 'node:fs';
import { CompactedError, FutureRevisionError, StoreClosedError } from '../../core/ports.ts';
import type {
  CommitResult,
  Logger,
  Store,
  StoreBatch,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../core/ports.ts';
import { encodeBackup } from '../backup/backup-format.ts';
import { listTurnRecords, assertPageLimit, assertRevision, assertWrites } from '../limits.ts';
import { WatchHub } from '../watch-hub.ts';
import { Cleaner } from './cleaner.ts';
import { asFailure } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import type { StoreState } from './location.ts';
import { LogIndex } from './log-index.ts';
import type { Log } from './log.ts';
import { MvccReader } from './mvcc-reader.ts';
import type { Page } from './mvcc-reader.ts';
import { openLog } from './open-log.ts';
import { lockStore } from './owner-lock.ts';
import { RevisionHolds } from './revision-holds.ts';

/** What the store may hold on disk before it refuses to put more. */
const bytesMaxDefault = 8 * 1024 * 1024 * 1024;

/** Records in memory, besides those that whoever asked for them holds. */
const cacheBytesMaxDefault = 16 * 1024 * 1024;

/** History that outgrows this is compacted whether anyone asked for it or not: whoever reads it lists anew. */
const historyBytesMaxDefault = 1024 * 1024 * 1024;
const historyShareMax = 4;

/** One segment is what is given back at once; a share of the bound, so that small stores have several too. */
const segmentBytesDefault = 16 * 1024 * 1024;
const segmentBytesMin = 64 * 1024;
const segmentShare = 16;

/** Records of a backup that are in memory at once. */
const backupPageRecords = 100;

/** For so long compaction waits for a backup that is under way; its reader may have stalled. */
const backupDeadlineMs = 600_000;

/** Secrets are among what the store holds. */
const ownerOnly = 0o700;

export interface LogStoreOptions {
  /** Made if it does not exist. One process at a time may have it open. */
  readonly directory: string;
  readonly bytesMax?: number;
  readonly cacheBytesMax?: number;
  /** What a new store begins at; for restoring. */
  readonly initial?: StoreState;
  readonly logger?: Logger;
}

/**
 * Opens the store in `directory`, reading all of it, so that damage to any byte is found now. Throws StoreInUseError,
 * which names the pid, when another process has it open, and StoreFailedError when what is there cannot be trusted.
 */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  const { directory, bytesMax = bytesMaxDefault, logger } = options;
  mkdirSync(directory, { recursive: true, mode: ownerOnly });
  chmodSync(directory, ownerOnly);
  const unlock = lockStore(directory);
  try {
    const began = performance.now();
    const index = new LogIndex(options.cacheBytesMax ?? cacheBytesMaxDefault);
    const segmentBytesMax = Math.min(segmentBytesDefault, Math.max(segmentBytesMin, bytesMax / segmentShare));
    const initial = options.initial ?? { revision: 0, compacted: 0 };
    const log = await openLog(directory, index, { segmentBytesMax, initial, logger });
    const durationMs = Math.round(performance.now() - began);
    logger?.info('store opened', { directory, ...index.state, bytes: log.bytes, durationMs });
    return new LogStore({ log, index, segmentBytesMax, bytesMax, logger, unlock });
  } catch (error) {
    unlock();
    throw asFailure(error, `the store in ${directory} cannot be opened`);
  }
}

/** The embedded store: a log on disk, an index of it in memory. */
export class LogStore implements Store {
  readonly #log: Log;
  readonly #index: LogIndex;
  readonly #reader: MvccReader;
  readonly #cleaner: Cleaner;
  readonly #writer: GroupCommit;
  readonly #hub: WatchHub;
  readonly #unlock: () => void;
  readonly #historyBytesMax: number;
  readonly #holds = new RevisionHolds();
  #bounding = false;
  #closing: Promise<void> | undefined;

  constructor(parts: {
    readonly log: Log;
    readonly index: LogIndex;
    readonly segmentBytesMax: number;
    readonly bytesMax: number;
    readonly logger: Logger | undefined;
    readonly unlock: () => void;
  }) {
    const { log, index, segmentBytesMax, bytesMax, logger } = parts;
    this.#log = log;
    this.#index = index;
    this.#unlock = parts.unlock;
    this.#historyBytesMax = Math.min(historyBytesMaxDefault, bytesMax / historyShareMax);
    const reader = new MvccReader(log, index);
    this.#reader = reader;
    const cleaner = new Cleaner({ log, index, reader, segmentBytesMax, bytesMax });
    this.#cleaner = cleaner;
    this.#hub = new WatchHub({
      revision: () => index.state.revision,
      compacted: () => index.state.compacted,
      read: (after, through) => this.#read(() => reader.batches(after, through)),
    });
    this.#writer = new GroupCommit({
      log,
      index,
      reader,
      cleaner,
      bytesMax,
      logger,
      onDurable: (batches) => {
        this.#hub.publish(batches);
        this.#boundHistory();
      },
      onFailed: (error) => {
        logger?.error('the store failed; the process must end', { reason: error.message });
        this.#hub.end(error);
      },
    });
  }

  async get(key: string, options: { readonly revision?: number } = {}): Promise<StoreRecord | undefined> {
    if (options.revision === undefined) {
      this.#writer.assertOpen();
      return this.#read(() => this.#reader.now(key));
    }
    const revision = this.#readable(options.revision);
    return this.#read(() => this.#reader.at(key, revision));
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
    return this.#listInTurns(prefix, { revision, limit }, first.records, first.next);
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
    await this.#writer.compact(revision);
    const { compacted } = this.#index.state;
    await this.#holds.through(compacted);
    this.#index.release(compacted);
    this.#writer.clean();
  }

  /** All records as they are now, as a backup file. Throws where whoever takes it is too slow for it. */
  backup(): AsyncIterable<Uint8Array> {
    this.#writer.assertOpen();
    const { revision } = this.#index.state;
    return encodeBackup(revision, this.#backupPages(revision));
  }

  async revision(): Promise<number> {
    this.#writer.assertOpen();
    return this.#index.state.revision;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer.close();
    this.#hub.end(new StoreClosedError());
    await this.#log.close();
    this.#unlock();
  }

  /** History that outgrows its bound goes, whatever it is that should have compacted it. */
  #boundHistory(): void {
    if (this.#bounding || this.#cleaner.historyBytes() <= this.#historyBytesMax) return;
    const revision = this.#cleaner.revisionForHistory(this.#historyBytesMax / 2);
    if (revision <= this.#index.state.compacted) return;
    this.#bounding = true;
    this.compact(revision)
      .catch((error: unknown) => {
        if (!(error instanceof StoreClosedError)) this.#writer.fail(error);
      })
      .finally(() => {
        this.#bounding = false;
      });
  }

  #page(prefix: string, after: string | undefined, revision: number, left: number): Page {
    return this.#read(() => this.#reader.page(prefix, after, revision, Math.min(left, listTurnRecords)));
  }

  async *#backupPages(revision: number): AsyncGenerator<readonly StoreRecord[]> {
    const release = this.#holds.hold(revision);
    const deadline = setTimeout(release, backupDeadlineMs).unref();
    try {
      let after: string | undefined;
      do {
        this.#writer.assertOpen();
        if (revision < this.#index.released)
          throw new Error(
            `the backup was not taken within ${backupDeadlineMs / 1000} seconds; begin it anew`,
          );
        const page = this.#read(() => this.#reader.page('', after, revision, backupPageRecords));
        yield page.records;
        after = page.next;
      } while (after !== undefined);
    } finally {
      clearTimeout(deadline);
      release();
    }
  }

  /** A long list reads one page a turn. All show one revision, which compaction spares until the last is read. */
  async #listInTurns(
    prefix: string,
    { revision, limit }: { readonly revision: number; readonly limit: number },
    records: StoreRecord[],
    first: string,
  ): Promise<StoreList> {
    const release = this.#holds.hold(revision);
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
      release();
    }
  }

  /** Damage that a read comes upon ends the store: nothing that it says could be trusted. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      const error = asFailure(cause, 'the store cannot be read');
      this.#writer.fail(error);
      throw error;
    }
  }

  #readable(asked: number | undefined): number {
    const revision = this.#existing(asked ?? this.#index.state.revision);
    const { compacted } = this.#index.state;
    if (revision < compacted) throw new CompactedError(revision, compacted);
    return revision;
  }

  #existing(revision: number): number {
    this.#writer.assertOpen();
    assertRevision(revision);
    const current = this.#index.state.revision;
    if (revision > current) throw new FutureRevisionError(revision, current);
    return revision;
  }
}
