import type { StoreBatch, StoreEvent, StoreRecord } from '../../core/ports.ts';
import { compareKeys } from '../key-order.ts';
import { decodeEntry, entryLengthAt } from './entry-codec.ts';
import type { LogEntry } from './entry-codec.ts';
import { damaged } from './failure.ts';
import { locationOf } from './key-entry.ts';
import type { KeyEntry } from './key-entry.ts';
import type { Location } from './location.ts';
import type { LogIndex } from './log-index.ts';
import type { Log } from './log.ts';

/** Part of a list: its records, and where to go on. */
export interface Page {
  readonly records: StoreRecord[];
  /** The last key of this page; absent when there is no more. */
  readonly next?: string;
}

/** Reads what is, and what was, from the index and the log. Everything is synchronous and of one moment. */
export class MvccReader {
  readonly #log: Log;
  readonly #index: LogIndex;

  constructor(log: Log, index: LogIndex) {
    this.#log = log;
    this.#index = index;
  }

  /** The key as it is now. */
  now(key: string): StoreRecord | undefined {
    const entry = this.#index.keys.get(key);
    return entry === undefined || entry.deleted ? undefined : this.record(entry);
  }

  /** The key as it was at `revision`, which is not compacted. */
  at(key: string, revision: number): StoreRecord | undefined {
    const entry = this.#index.keys.get(key);
    return entry && this.#entryAt(entry, revision);
  }

  /** The record of an entry that is not deleted. */
  record(entry: KeyEntry): StoreRecord {
    entry.read = true;
    if (entry.record !== undefined) return entry.record;
    const found = recordOf(this.#read(locationOf(entry), entry.key), entry.key);
    if (found?.modRevision !== entry.modRevision) throw damaged(`${entry.key} is not where the index has it`);
    this.#index.keys.cache(entry, found);
    return found;
  }

  /** Up to `limit` records under `prefix` after the key `after`, as they were at `revision`. */
  page(prefix: string, after: string | undefined, revision: number, limit: number): Page {
    const records: StoreRecord[] = [];
    const resumes = after !== undefined && compareKeys(after, prefix) >= 0;
    for (const entry of this.#index.keys.from(resumes ? after : prefix, resumes)) {
      if (!entry.key.startsWith(prefix)) break;
      const record = this.#entryAt(entry, revision);
      if (record === undefined) continue;
      const last = records.at(-1);
      if (records.length === limit && last !== undefined) return { records, next: last.key };
      records.push(record);
    }
    return { records };
  }

  /** All batches with a revision above `after` and at most `through`. */
  batches(after: number, through: number): readonly StoreBatch[] {
    const batches: StoreBatch[] = [];
    for (let revision = after + 1; revision <= through; revision++) {
      const location = this.#index.history.at(revision);
      if (location === undefined) throw damaged(`revision ${revision} is missing in history`);
      batches.push({ revision, events: this.#events(location, revision) });
    }
    return batches;
  }

  #events(location: Location, revision: number): readonly StoreEvent[] {
    const what = (): string => `the commit of revision ${revision}`;
    const bytes = this.#log.readBytes(location, what);
    const events: StoreEvent[] = [];
    for (let offset = 0; offset < bytes.length; ) {
      const length = entryLengthAt(bytes, offset);
      if (length === 0) throw damaged(`${what()} is cut short`);
      events.push(this.#event(decodeEntry(bytes.subarray(offset, offset + length), what), revision));
      offset += length;
    }
    return events;
  }

  #event(entry: LogEntry, revision: number): StoreEvent {
    if (entry.type === 'delete') {
      const previous = recordOf(this.#read(entry.previous, entry.key), entry.key);
      if (previous === undefined) throw damaged(`what ${entry.key} was before it was deleted is missing`);
      return { type: 'delete', key: entry.key, modRevision: revision, previous };
    }
    if (entry.type !== 'put') throw damaged(`revision ${revision} holds what is no event`);
    const { record } = entry;
    // What a key that was made again had before is its deletion, which is no record.
    const isNew = record.createRevision === record.modRevision;
    if (isNew || entry.previous === undefined) return { type: 'put', record };
    const previous = recordOf(this.#read(entry.previous, record.key), record.key);
    if (previous === undefined)
      throw damaged(`what ${record.key} was before revision ${revision} is missing`);
    return { type: 'put', record, previous };
  }

  #entryAt(entry: KeyEntry, revision: number): StoreRecord | undefined {
    if (entry.modRevision <= revision) return entry.deleted ? undefined : this.record(entry);
    let location: Location | undefined = locationOf(entry);
    while (location !== undefined) {
      const found = this.#read(location, entry.key);
      if (revisionOf(found) <= revision) return recordOf(found, entry.key);
      location = found.type === 'put' || found.type === 'delete' ? found.previous : undefined;
    }
    return undefined;
  }

  #read(location: Location, key: string): LogEntry {
    return this.#log.read(location, () => `the record of ${key}`);
  }
}

function revisionOf(entry: LogEntry): number {
  if (entry.type === 'delete') return entry.modRevision;
  return entry.type === 'put' || entry.type === 'keep' ? entry.record.modRevision : 0;
}

/** Undefined for a deletion. */
function recordOf(entry: LogEntry, key: string): StoreRecord | undefined {
  const found = entry.type === 'delete' ? entry.key : 'record' in entry ? entry.record.key : undefined;
  if (found !== key) throw damaged(`the record of ${key} is not where the index has it`);
  return 'record' in entry ? entry.record : undefined;
}
