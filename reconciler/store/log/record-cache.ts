import type { StoreRecord } from '../../core/ports.ts';
import type { KeyEntry } from './key-entry.ts';

/** What a record takes besides its value, about. */
const overheadBytes = 200;

/** A value that is a small part of a larger buffer is copied, or the cache would hold all of that. */
const sharedPartMin = 0.5;

/** To this part of the bound the cache shrinks: each time it goes past the places of what was taken out before. */
const shrunkTo = 0.97;

/** Keeps the records in memory that were written or read last, up to a bound. Each hangs on its entry. */
export class RecordCache {
  readonly #bytesMax: number;
  /** In the order in which they will be looked at; one that was read since gets another turn. */
  readonly #entries = new Set<KeyEntry>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Replaces what was cached of the entry. */
  keep(entry: KeyEntry, record: StoreRecord): void {
    this.forget(entry);
    const bytes = bytesOf(record);
    if (bytes > this.#bytesMax / 2) return;
    entry.record = ownValue(record);
    this.#entries.add(entry);
    this.#bytes += bytes;
    if (this.#bytes > this.#bytesMax) this.#shrink();
  }

  forget(entry: KeyEntry): void {
    if (entry.record === undefined) return;
    this.#bytes -= bytesOf(entry.record);
    entry.record = undefined;
    this.#entries.delete(entry);
  }

  #shrink(): void {
    const wanted = this.#bytesMax * shrunkTo;
    for (const entry of this.#entries) {
      if (this.#bytes <= wanted) return;
      if (entry.read) {
        entry.read = false;
        this.#entries.delete(entry);
        this.#entries.add(entry);
      } else {
        this.forget(entry);
      }
    }
  }
}

function bytesOf({ value }: StoreRecord): number {
  return value.byteLength + overheadBytes;
}

function ownValue(record: StoreRecord): StoreRecord {
  const { value } = record;
  if (value.byteLength >= value.buffer.byteLength * sharedPartMin) return record;
  return { ...record, value: Uint8Array.prototype.slice.call(value) };
}
