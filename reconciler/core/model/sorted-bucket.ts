/**
 * Objects by key, listed in the order of their keys. A change costs the same in a bucket of ten and of a million:
 * the list is put in order when somebody asks for it, and making one goes through all objects anyway.
 */
import type { KubeObject } from './object.ts';

/** An object's place in a bucket. */
export interface BucketEntry {
  readonly bucket: SortedBucket;
  readonly key: string;
  /** Undefined once it was deleted. */
  object: KubeObject | undefined;
}

type Entry = BucketEntry;

/** Deleted entries that may stay where they are, beyond as many as there are others. */
const deletedKept = 64;

export class SortedBucket {
  readonly #byKey = new Map<string, Entry>();
  /** Entries in order. */
  #sorted: Entry[] = [];
  /** Entries that came since, in any order, and do not belong behind the sorted ones. */
  #added: Entry[] = [];
  /** How many of them all were deleted. */
  #deleted = 0;
  /** The list as it was last handed out; made anew after a change. */
  #list: readonly KubeObject[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#byKey.get(key)?.object;
  }

  /** Puts the object where `key` belongs, and gives the place. */
  set(key: string, object: KubeObject): BucketEntry {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      SortedBucket.replace(known, object);
      return known;
    }
    this.#list = undefined;
    const entry: Entry = { bucket: this, key, object };
    this.#byKey.set(key, entry);
    const last = this.#sorted.at(-1);
    (last === undefined || last.key < key ? this.#sorted : this.#added).push(entry);
    return entry;
  }

  /** Puts another object at a place from which none was deleted. */
  static replace(entry: BucketEntry, object: KubeObject): void {
    entry.bucket.#list = undefined;
    entry.object = object;
  }

  delete(key: string): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#byKey.delete(key);
    this.#list = undefined;
    entry.object = undefined;
    // Put in order even where nobody asks for the list: what is gone must not pile up.
    if (++this.#deleted > this.#byKey.size + deletedKept) this.#putInOrder();
  }

  /** Sorted by key; the same array until something changes, and never changed itself. */
  list(): readonly KubeObject[] {
    if (this.#list !== undefined) return this.#list;
    if (this.#deleted > 0 || this.#added.length > 0) this.#putInOrder();
    const list: KubeObject[] = [];
    for (const { object } of this.#sorted) if (object !== undefined) list.push(object);
    this.#list = list;
    return list;
  }

  #putInOrder(): void {
    const merged: Entry[] = [];
    let taken = 0;
    for (const entry of this.#added.sort(byKey)) {
      const place = lowerBound(this.#sorted, entry.key, taken);
      pushKept(merged, this.#sorted, taken, place);
      if (entry.object !== undefined) merged.push(entry);
      taken = place;
    }
    pushKept(merged, this.#sorted, taken, this.#sorted.length);
    this.#sorted = merged;
    this.#added = [];
    this.#deleted = 0;
  }
}

function byKey(left: Entry, right: Entry): number {
  if (left.key === right.key) return 0;
  return left.key < right.key ? -1 : 1;
}

/** Pushes those of `entries` from `start` up to `end` that were not deleted. */
function pushKept(onto: Entry[], entries: readonly Entry[], start: number, end: number): void {
  for (let index = start; index < end; index++) {
    const entry = entries[index];
    if (entry?.object !== undefined) onto.push(entry);
  }
}

/** The index at or after `start` where `key` belongs in sorted entries. */
function lowerBound(sorted: readonly Entry[], key: string, start: number): number {
  let low = start;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
