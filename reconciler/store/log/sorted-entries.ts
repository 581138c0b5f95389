import { compareKeys, orderAround } from '../key-order.ts';
import type { KeyEntry } from './key-entry.ts';

/** Entries per chunk: inserting moves half of them at most, and finding a chunk is a search among few. */
const chunkEntriesMax = 512;

/** Entries in the order of their keys' bytes: an array of arrays, so that no insertion moves many. */
export class SortedEntries {
  /** None is empty, but for the only one. */
  readonly #chunks: KeyEntry[][] = [[]];

  /** Takes over entries in any order; as many as there are when a store is opened. */
  static of(entries: Iterable<KeyEntry>): SortedEntries {
    const sorted = [...entries].sort((left, right) => compareKeys(left.key, right.key));
    const made = new SortedEntries();
    const half = chunkEntriesMax / 2;
    for (let start = 0; start < sorted.length; start += half)
      made.#chunks[start / half] = sorted.slice(start, start + half);
    return made;
  }

  /** The key must not be there yet. */
  insert(entry: KeyEntry): void {
    const at = this.#chunkOf(entry.key);
    const chunk = this.#chunks[at] ?? [];
    chunk.splice(lowerBound(chunk, entry.key), 0, entry);
    if (chunk.length <= chunkEntriesMax) return;
    this.#chunks.splice(at + 1, 0, chunk.splice(chunkEntriesMax / 2));
  }

  remove(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at] ?? [];
    const index = lowerBound(chunk, key);
    if (chunk[index]?.key !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
  }

  /** From the key `start`, or from the one after it, on. Nothing may be inserted or removed meanwhile. */
  *from(start: string, exclusive: boolean): Generator<KeyEntry> {
    let at = this.#chunkOf(start);
    let index = lowerBound(this.#chunks[at] ?? [], start);
    if (exclusive && this.#chunks[at]?.[index]?.key === start) index++;
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at] ?? [];
      for (; index < chunk.length; index++) {
        const entry = chunk[index];
        if (entry !== undefined) yield entry;
      }
    }
  }

  /** The last chunk that begins at or below `key`: where it is, or belongs. */
  #chunkOf(key: string): number {
    const order = orderAround(key);
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (order(this.#chunks[middle]?.[0]?.key ?? '') <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(chunk: readonly KeyEntry[], key: string): number {
  const order = orderAround(key);
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(chunk[middle]?.key ?? '') < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
