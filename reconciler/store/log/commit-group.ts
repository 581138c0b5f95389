import type { CommitResult, StoreBatch, StoreEvent, StoreRecord, StoreWrite } from '../../core/ports.ts';
import { decideCommit, keyOf } from '../commit.ts';
import { encodeEntry, entryBytes } from './entry-codec.ts';
import type { LogEntry } from './entry-codec.ts';
import { frameBytes, frameHeaderBytes } from './frame-codec.ts';
import { locationOf } from './key-entry.ts';
import type { Location } from './location.ts';
import type { LogIndex } from './log-index.ts';
import type { MvccReader } from './mvcc-reader.ts';

/** Where an entry is or, from `place` on, will be. */
interface Place {
  segment: number;
  offset: number;
  length: number;
}

/** What a key is after some of the group. */
interface KeyState {
  /** Absent when deleted. */
  readonly record: StoreRecord | undefined;
  readonly place: Place;
}

interface Pending {
  readonly entry: LogEntry;
  readonly place: Place;
}

/**
 * What will be one frame: commits, each decided against the store as the ones before it in the group leave it, and
 * what the store itself writes. Valid as long as nothing else writes.
 */
export class CommitGroup {
  readonly #index: LogIndex;
  readonly #reader: MvccReader;
  readonly #changed = new Map<string, KeyState>();
  readonly #pending: Pending[] = [];
  readonly batches: StoreBatch[] = [];
  #revision: number;
  #payloadBytes = 0;

  constructor(index: LogIndex, reader: MvccReader) {
    this.#index = index;
    this.#reader = reader;
    this.#revision = index.state.revision;
  }

  /** The last revision with the group. */
  get revision(): number {
    return this.#revision;
  }

  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Whether a commit of the group writes this key. */
  changes(key: string): boolean {
    return this.#changed.has(key);
  }

  add(writes: readonly StoreWrite[]): CommitResult {
    const revision = this.#revision + 1;
    const decision = decideCommit(writes, revision, (key) => this.#current(key));
    switch (decision.type) {
      case 'conflict':
        return { ok: false, revision: this.#revision, conflicts: decision.conflicts };
      case 'nothing':
        return { ok: true, revision: this.#revision };
      case 'write':
        for (const event of decision.events) this.#change(event);
        this.#revision = revision;
        this.batches.push({ revision, events: decision.events });
        return { ok: true, revision };
    }
  }

  /** Adds what is no commit, after those that came so far. */
  append(entry: LogEntry): void {
    const length =
      'record' in entry ? entryBytes(entry.record.key, entry.record.value) : entryBytes('', undefined);
    this.#push(entry, length);
  }

  /** The frame, with room for its header, of entries that will lie from `start` on. */
  encode(start: { readonly segment: number; readonly offset: number }): Buffer {
    let offset = start.offset;
    for (const { place } of this.#pending) {
      place.segment = start.segment;
      place.offset = offset;
      offset += place.length;
    }
    const frame = Buffer.allocUnsafe(frameBytes(this.#payloadBytes));
    const base = frameHeaderBytes - start.offset;
    for (const { entry, place } of this.#pending)
      encodeEntry(frame, place.offset + base, place.length, entry);
    return frame;
  }

  /** Hands the entries and their places over, once they are on disk. */
  apply(index: LogIndex): void {
    for (const { entry, place } of this.#pending) index.entry(entry, place);
  }

  #current(key: string): StoreRecord | undefined {
    const changed = this.#changed.get(key);
    return changed === undefined ? this.#reader.now(key) : changed.record;
  }

  #change(event: StoreEvent): void {
    const key = keyOf(event);
    const previous = this.#placeOf(key);
    const { entry, record } = entryOf(event, previous);
    const place = this.#push(entry, entryBytes(key, record?.value));
    this.#changed.set(key, { record, place });
  }

  /** Where the entry before of this key lies; one of this group gets there when it is placed. */
  #placeOf(key: string): Location | undefined {
    const changed = this.#changed.get(key);
    if (changed !== undefined) return changed.place;
    const entry = this.#index.keys.get(key);
    return entry && locationOf(entry);
  }

  #push(entry: LogEntry, length: number): Place {
    const place: Place = { segment: 0, offset: 0, length };
    this.#pending.push({ entry, place });
    this.#payloadBytes += length;
    return place;
  }
}

function entryOf(
  event: StoreEvent,
  previous: Location | undefined,
): { readonly entry: LogEntry; readonly record: StoreRecord | undefined } {
  if (event.type === 'put') {
    const { record } = event;
    return {
      record,
      entry: previous === undefined ? { type: 'put', record } : { type: 'put', record, previous },
    };
  }
  const { key, modRevision } = event;
  if (previous === undefined) throw new Error(`a delete of ${key}, which is absent, is no event`);
  return { record: undefined, entry: { type: 'delete', key, modRevision, previous } };
}
