/**
 * Objects by key, listed in the order of their keys. A change costs the same in a bucket of ten and of a million, and
 * one that only puts another object under a key that is there searches nothing.
 */
import type { KubeObject } from './object.ts';

/** Entries of one run: large enough that runs are few, small enough that shifting one costs nothing. */
const runLengthMax = 256;

interface Entry {
  readonly key: string;
  object: KubeObject;
}

export class SortedBucket {
  readonly #byKey = new Map<string, Entry>();
  /** Stretches of the sorted list; none is empty. */
  readonly #runs: Entry[][] = [];
  /** The list as it was last handed out; made anew after a change. */
  #list: readonly KubeObject[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#byKey.get(key)?.object;
  }

  set(key: string, object: KubeObject): void {
    this.#list = undefined;
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.object = object;
      return;
    }
    const entry = { key, object };
    this.#byKey.set(key, entry);
    const index = this.#runOf(key);
    const run = this.#runs[index];
    if (run === undefined) {
      this.#runs.push([entry]);
      return;
    }
    run.splice(lowerBound(run, key), 0, entry);
    if (run.length > runLengthMax) this.#split(index, run);
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return;
    this.#list = undefined;
    const index = this.#runOf(key);
    const run = this.#runs[index];
    if (run === undefined) return;
    run.splice(lowerBound(run, key), 1);
    if (run.length === 0) this.#runs.splice(index, 1);
  }

  /** Sorted by key; the same array until something changes, and never changed itself. */
  list(): readonly KubeObject[] {
    if (this.#list !== undefined) return this.#list;
    const list: KubeObject[] = [];
    for (const run of this.#runs) for (const { object } of run) list.push(object);
    this.#list = list;
    return list;
  }

  /** What is written in order leaves full runs behind: only what comes in between halves them. */
  #split(index: number, run: Entry[]): void {
    const last = index === this.#runs.length - 1;
    this.#runs.splice(index + 1, 0, run.splice(last ? runLengthMax : runLengthMax / 2));
  }

  /** The last run that begins with `key` or before; the first where none does. */
  #runOf(key: string): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#runs[middle]?.[0]?.key ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The index of `key` in a sorted run, or where it would stand. */
function lowerBound(run: readonly Entry[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
