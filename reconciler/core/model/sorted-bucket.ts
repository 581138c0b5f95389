/** Objects by key, listed in the order of their keys. A change costs the same in a bucket of ten and of a million. */
import type { KubeObject } from './object.ts';

/** Entries of one run: large enough that runs are few, small enough that shifting one costs nothing. */
const runLengthMax = 256;

/** A stretch of the sorted list; never empty. */
interface Run {
  readonly keys: string[];
  readonly objects: KubeObject[];
}

export class SortedBucket {
  readonly #byKey = new Map<string, KubeObject>();
  readonly #runs: Run[] = [];
  /** The list as it was last handed out; made anew after a change. */
  #list: readonly KubeObject[] | undefined;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, object: KubeObject): void {
    const known = this.#byKey.has(key);
    this.#byKey.set(key, object);
    this.#list = undefined;
    const index = this.#runOf(key);
    const run = this.#runs[index];
    if (run === undefined) {
      this.#runs.push({ keys: [key], objects: [object] });
      return;
    }
    const at = lowerBound(run.keys, key);
    if (known) {
      run.objects[at] = object;
      return;
    }
    run.keys.splice(at, 0, key);
    run.objects.splice(at, 0, object);
    if (run.keys.length > runLengthMax) this.#split(index, run);
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return;
    this.#list = undefined;
    const index = this.#runOf(key);
    const run = this.#runs[index];
    if (run === undefined) return;
    const at = lowerBound(run.keys, key);
    run.keys.splice(at, 1);
    run.objects.splice(at, 1);
    if (run.keys.length === 0) this.#runs.splice(index, 1);
  }

  /** Sorted by key; the same array until something changes, and never changed itself. */
  list(): readonly KubeObject[] {
    this.#list ??= this.#runs.flatMap(({ objects }) => objects);
    return this.#list;
  }

  /** What is written in order leaves full runs behind: only what comes in between halves them. */
  #split(index: number, run: Run): void {
    const last = index === this.#runs.length - 1;
    const at = last ? runLengthMax : runLengthMax / 2;
    this.#runs.splice(index + 1, 0, { keys: run.keys.splice(at), objects: run.objects.splice(at) });
  }

  /** The last run that begins with `key` or before; the first where none does. */
  #runOf(key: string): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#runs[middle]?.keys[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The index of `key` among sorted keys, or where it would stand. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
