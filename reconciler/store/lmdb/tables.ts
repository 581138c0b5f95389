import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { StoreFailedError } from '../../core/ports.ts';
import {
  revisionMax,
  decodeDeletion,
  decodeHistory,
  decodeRecord,
  decodeState,
  encodeDeletion,
  encodeHistory,
  encodeRecord,
  encodeState,
  historyKey,
  positionOfKey,
} from './row-codec.ts';
import type { HistoryRow, Position, StoredRecord, StoreState } from './row-codec.ts';

const stateKey = 'state';

/** Four tables are in use; the rest is room for later ones. */
const tablesMax = 8;

/** Where the memory map starts; LMDB grows it by itself. The bound on growth is `usedBytes` against `bytesMax`. */
const mapBytesInitial = 64 * 1024 * 1024;

interface TableStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly pageSize: number;
  readonly entryCount: number;
}

/**
 * The rows of the store, typed, each read verified against its checksum. Reads are synchronous and see the last
 * committed transaction; all reads of one turn see the same one. Only `transaction` writes.
 *
 * - `current`: the records of now, so that a list of now is one range read
 * - `deleted`: where in history each absent key was deleted, until that is compacted
 * - `history`: one row per event, by revision, with the record before and after
 * - `meta`: one row, the state of the store
 */
export class Tables {
  readonly #root: RootDatabase<Buffer, string>;
  readonly #current: Database<Buffer, string>;
  readonly #deleted: Database<Buffer, string>;
  readonly #history: Database<Buffer, Uint8Array>;
  readonly #meta: Database<Buffer, string>;

  constructor(directory: string) {
    const options: RootDatabaseOptionsWithPath & { permissionsMode: number; eventTurnBatching: boolean } = {
      path: directory,
      encoding: 'binary',
      maxDbs: tablesMax,
      mapSize: mapBytesInitial,
      // With overlapping syncs a write whose sync failed is rejected, and yet read back later.
      overlappingSync: false,
      // Groups are made by GroupCommit: no second wait for a turn.
      eventTurnBatching: false,
      permissionsMode: 0o600,
    };
    this.#root = open<Buffer, string>(options);
    this.#current = this.#root.openDB<Buffer, string>({ name: 'current', encoding: 'binary' });
    this.#deleted = this.#root.openDB<Buffer, string>({ name: 'deleted', encoding: 'binary' });
    this.#history = this.#root.openDB<Buffer, Uint8Array>({
      name: 'history',
      encoding: 'binary',
      keyEncoding: 'binary',
    });
    this.#meta = this.#root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary' });
    syncDirectory(directory);
    syncDirectory(dirname(directory));
  }

  /**
   * Makes what `describe` writes one transaction, and resolves when that is on disk. Rejects with
   * StoreFailedError when it is not certain to be; then nothing more may be asked of these tables.
   */
  async transaction(describe: (writer: TableWriter) => void): Promise<void> {
    const writes: TableWrite[] = [];
    describe(new TableWriter(writes));
    try {
      await this.#root.batch(() => {
        for (const write of writes) this.#apply(write);
      });
    } catch (error) {
      throw new StoreFailedError(`a write may not be on disk: ${await causeOf(error)}`, { cause: error });
    }
    this.#root.resetReadTxn();
  }

  state(): StoreState | undefined {
    const row = this.#meta.get(stateKey);
    return row && decodeState(stateKey, row);
  }

  current(key: string): StoredRecord | undefined {
    const row = this.#current.get(key);
    return row && decodeRecord(key, row);
  }

  /** The records of now from `start`, or from the key after it, on. */
  *currentFrom(start: string, exclusive: boolean): Generator<StoredRecord> {
    for (const { key, value } of this.#current.getRange(range(start, exclusive)))
      yield decodeRecord(key, value);
  }

  deleted(key: string): Position | undefined {
    const row = this.#deleted.get(key);
    return row && decodeDeletion(key, row);
  }

  /** The absent keys that history still knows, from `start`, or from the key after it, on. */
  *deletedFrom(start: string, exclusive: boolean): Generator<{ key: string; position: Position }> {
    for (const { key, value } of this.#deleted.getRange(range(start, exclusive))) {
      yield { key, position: decodeDeletion(key, value) };
    }
  }

  history(position: Position): HistoryRow | undefined {
    const row = this.#history.get(historyKey(position));
    return row && decodeHistory(position, row);
  }

  /** Events in order, from the first with a revision above `after` to the last with one of `through`. */
  *historyBetween(after: number, through: number): Generator<{ position: Position; row: HistoryRow }> {
    const start = historyKey({ revision: after + 1, index: 0 });
    const end = historyKey({ revision: through + 1, index: 0 });
    for (const { key, value } of this.#history.getRange({ start, end })) {
      const position = positionOfKey(key);
      yield { position, row: decodeHistory(position, value) };
    }
  }

  /** The last revision that history holds; 0 when it is empty. */
  lastHistoryRevision(): number {
    for (const key of this.#history.getKeys({ reverse: true, limit: 1 })) return positionOfKey(key).revision;
    return 0;
  }

  /** Reads every row, so that damage anywhere throws now. Takes as long as reading the whole file. */
  verify(): void {
    let current = 0;
    for (const _stored of this.currentFrom('', false)) current++;
    let deleted = 0;
    for (const _deletion of this.deletedFrom('', false)) deleted++;
    let history = 0;
    for (const _event of this.historyBetween(0, revisionMax)) history++;
    assertCount('current', current, this.#current);
    assertCount('deleted', deleted, this.#deleted);
    assertCount('history', history, this.#history);
  }

  /** Bytes of the pages that hold rows; the file may be larger by pages that are free to be used again. */
  usedBytes(): number {
    const tables = [this.#current, this.#deleted, this.#history, this.#meta];
    return tables.reduce((sum, table) => sum + pageBytes(table.getStats() as TableStats), 0);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  /** Within a batch the promise of a single write never rejects: that of the batch does. */
  #apply(write: TableWrite): void {
    const table: Database<Buffer, string | Uint8Array> = this.#tableOf(write.table);
    void (write.row === undefined ? table.remove(write.key) : table.put(write.key, write.row));
  }

  #tableOf(name: TableWrite['table']): Database<Buffer, string | Uint8Array> {
    switch (name) {
      case 'current':
        return this.#current;
      case 'deleted':
        return this.#deleted;
      case 'history':
        return this.#history;
      case 'meta':
        return this.#meta;
    }
  }
}

interface TableWrite {
  readonly table: 'current' | 'deleted' | 'history' | 'meta';
  readonly key: string | Uint8Array;
  /** Absent to remove the key. */
  readonly row?: Buffer;
}

/** Collects the rows of one transaction: all are encoded before the first is written, so that no error splits it. */
export class TableWriter {
  readonly #writes: TableWrite[];

  constructor(writes: TableWrite[]) {
    this.#writes = writes;
  }

  putState(state: StoreState): void {
    this.#writes.push({ table: 'meta', key: stateKey, row: encodeState(stateKey, state) });
  }

  putCurrent(stored: StoredRecord): void {
    this.#writes.push({ table: 'current', key: stored.record.key, row: encodeRecord(stored) });
  }

  removeCurrent(key: string): void {
    this.#writes.push({ table: 'current', key });
  }

  putDeleted(key: string, position: Position): void {
    this.#writes.push({ table: 'deleted', key, row: encodeDeletion(key, position) });
  }

  removeDeleted(key: string): void {
    this.#writes.push({ table: 'deleted', key });
  }

  putHistory(position: Position, event: HistoryRow): void {
    this.#writes.push({ table: 'history', key: historyKey(position), row: encodeHistory(position, event) });
  }

  removeHistory(position: Position): void {
    this.#writes.push({ table: 'history', key: historyKey(position) });
  }
}

function range(start: string, exclusiveStart: boolean): { start?: string; exclusiveStart: boolean } {
  return start === '' ? { exclusiveStart } : { start, exclusiveStart };
}

/** LMDB keeps the number of rows of each table: fewer that can be reached means that some are lost. */
function assertCount(name: string, reached: number, table: Database): void {
  const { entryCount } = table.getStats() as TableStats;
  if (reached === entryCount) return;
  throw new StoreFailedError(
    `the store is damaged: of ${entryCount} rows in ${name} only ${reached} can be reached`,
  );
}

function pageBytes(stats: TableStats): number {
  return (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages) * stats.pageSize;
}

/** lmdb-js rejects with a generic error that carries a promise of the real one. */
async function causeOf(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  if (!('commitError' in error)) return error.message;
  return Promise.resolve(error.commitError).then(
    () => error.message,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
}

/** A new file is on disk only when its directory entry is. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
