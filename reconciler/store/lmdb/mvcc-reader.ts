import { StoreFailedError } from '../../core/ports.ts';
import type { StoreBatch, StoreEvent, StoreRecord } from '../../core/ports.ts';
import { compareKeys } from '../key-order.ts';
import type { HistoryRow, Position } from './row-codec.ts';
import type { Tables } from './tables.ts';

/** One turn's worth of a list. */
export interface Page {
  readonly records: readonly StoreRecord[];
  /** Where the range goes on; absent at its end. */
  readonly next?: string;
}

/** The key as it was at `revision`: the record of now, or the first before it in the chain of its changes. */
export function readAt(tables: Tables, key: string, revision: number): StoreRecord | undefined {
  const current = tables.current(key);
  if (current === undefined) return before(tables, key, tables.deleted(key), revision);
  if (current.record.modRevision <= revision) return current.record;
  return before(tables, key, { revision: current.record.modRevision, index: current.index }, revision);
}

/**
 * Walks back from a change of `key` to the record of `revision`. Each change holds the record before it, with the
 * place of the change that made that; a creation holds the place of the deletion before. A change at or before
 * `revision` need not be read, so none is looked for that compaction may have removed.
 */
function before(
  tables: Tables,
  key: string,
  change: Position | undefined,
  revision: number,
): StoreRecord | undefined {
  let position = change;
  while (position !== undefined && position.revision > revision) {
    const row = tables.history(position);
    if (row === undefined || keyOfRow(row) !== key) {
      throw new StoreFailedError(
        `the store is damaged: revision ${position.revision} lacks its change of ${key}`,
      );
    }
    if (row.type === 'create') {
      position = row.deletedAt;
      continue;
    }
    const { record, index } = row.previous;
    if (record.modRevision <= revision) return record;
    position = { revision: record.modRevision, index };
  }
  return undefined;
}

/** Up to `limit` records under `prefix` after the key `after`, as they were at `revision`. */
export function readPage(
  tables: Tables,
  range: { readonly prefix: string; readonly after: string | undefined; readonly revision: number },
  limit: number,
): Page {
  const records: StoreRecord[] = [];
  for (const record of recordsAt(tables, range)) {
    const last = records.at(-1);
    if (records.length === limit && last !== undefined) return { records, next: last.key };
    records.push(record);
  }
  return { records };
}

function* recordsAt(
  tables: Tables,
  range: { readonly prefix: string; readonly after: string | undefined; readonly revision: number },
): Generator<StoreRecord> {
  const { prefix, after, revision } = range;
  const start = startOf(prefix, after);
  const snapshot = tables.state()?.revision ?? 0;
  const absent = snapshot > revision ? deletedSince(tables, start, prefix, revision) : [].values();
  let gone = absent.next();
  for (const { record, index } of tables.currentFrom(start.key, start.exclusive)) {
    if (!record.key.startsWith(prefix)) break;
    while (gone.done !== true && compareKeys(gone.value.key, record.key) < 0) {
      if (gone.value.record !== undefined) yield gone.value.record;
      gone = absent.next();
    }
    const { modRevision } = record;
    const found =
      modRevision <= revision
        ? record
        : before(tables, record.key, { revision: modRevision, index }, revision);
    if (found !== undefined) yield found;
  }
  for (; gone.done !== true; gone = absent.next())
    if (gone.value.record !== undefined) yield gone.value.record;
}

/** The keys that are absent now and were deleted after `revision`, with what they were then. */
function* deletedSince(
  tables: Tables,
  start: { readonly key: string; readonly exclusive: boolean },
  prefix: string,
  revision: number,
): Generator<{ key: string; record: StoreRecord | undefined }> {
  for (const { key, position } of tables.deletedFrom(start.key, start.exclusive)) {
    if (!key.startsWith(prefix)) return;
    if (position.revision > revision) yield { key, record: before(tables, key, position, revision) };
  }
}

/** All batches with a revision above `after` and at most `through`. */
export function readBatches(tables: Tables, after: number, through: number): readonly StoreBatch[] {
  const batches: { revision: number; events: StoreEvent[] }[] = [];
  for (const { position, row } of tables.historyBetween(after, through)) {
    const event = eventOf(row, position.revision);
    const last = batches.at(-1);
    if (last?.revision === position.revision) last.events.push(event);
    else batches.push({ revision: position.revision, events: [event] });
  }
  return batches;
}

function eventOf(row: HistoryRow, revision: number): StoreEvent {
  switch (row.type) {
    case 'create':
      return { type: 'put', record: row.stored.record };
    case 'update':
      return { type: 'put', record: row.stored.record, previous: row.previous.record };
    case 'delete':
      return { type: 'delete', key: row.key, modRevision: revision, previous: row.previous.record };
  }
}

function keyOfRow(row: HistoryRow): string {
  return row.type === 'delete' ? row.key : row.stored.record.key;
}

function startOf(prefix: string, after: string | undefined): { key: string; exclusive: boolean } {
  return after === undefined || compareKeys(after, prefix) < 0
    ? { key: prefix, exclusive: false }
    : { key: after, exclusive: true };
}
