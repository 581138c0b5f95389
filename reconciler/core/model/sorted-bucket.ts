/** Objects by key, listed in the order of their keys: a change costs a search and a shift, never a sort. */
import type { KubeObject } from './object.ts';

export class SortedBucket {
  #keys: string[] = [];
  #objects: KubeObject[] = [];
  /** The list was handed out: readers keep it, so the next change works on a copy. */
  #shared = false;

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): KubeObject | undefined {
    const index = this.#find(key);
    return this.#keys[index] === key ? this.#objects[index] : undefined;
  }

  set(key: string, object: KubeObject): void {
    this.#own();
    const index = this.#find(key);
    if (this.#keys[index] === key) {
      this.#objects[index] = object;
      return;
    }
    this.#keys.splice(index, 0, key);
    this.#objects.splice(index, 0, object);
  }

  delete(key: string): void {
    const index = this.#find(key);
    if (this.#keys[index] !== key) return;
    this.#own();
    this.#keys.splice(index, 1);
    this.#objects.splice(index, 1);
  }

  /** Sorted by key; the same array until something changes, and never changed itself. */
  list(): readonly KubeObject[] {
    this.#shared = true;
    return this.#objects;
  }

  #own(): void {
    if (!this.#shared) return;
    this.#objects = this.#objects.slice();
    this.#shared = false;
  }

  /** The index of `key`, or where it would stand. */
  #find(key: string): number {
    const keys = this.#keys;
    // What is written last mostly sorts last: generated names of one set, events.
    if (keys.length === 0 || (keys[keys.length - 1] ?? '') < key) return keys.length;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
