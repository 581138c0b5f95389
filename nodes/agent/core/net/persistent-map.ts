/**
 * An immutable map from strings that shares what did not change: a new version costs the shards that it touches,
 * and comparing two versions costs the shards that differ. Tens of thousands of rule elements stay values that
 * way, without a change of one service paying for all of them.
 */

/** Copying the table of shards (8 KiB) takes about a microsecond; 40,000 elements make 40 per shard. */
const shardCount = 1024;

const emptyShard: ReadonlyMap<string, never> = new Map<string, never>();

export interface EntryChange<V> {
  readonly key: string;
  readonly before: V | undefined;
  readonly after: V | undefined;
}

/** `V` does not include undefined: that means absent. */
export class PersistentMap<V> {
  readonly #shards: readonly ReadonlyMap<string, V>[];
  readonly size: number;

  constructor(shards: readonly ReadonlyMap<string, V>[], size: number) {
    this.#shards = shards;
    this.size = size;
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(new Array<ReadonlyMap<string, V>>(shardCount).fill(emptyShard), 0);
  }

  get(key: string): V | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  /** In an order of its own that depends on the keys alone where no key was ever removed: sort before emitting. */
  *entries(): IterableIterator<[string, V]> {
    for (const shard of this.#shards) yield* shard;
  }

  edit(): MapEdit<V> {
    return new MapEdit<V>(this, this.#shards);
  }

  /** What leads from this map to `next`; values are compared by identity. */
  *changesTo(next: PersistentMap<V>): IterableIterator<EntryChange<V>> {
    for (const [index, before] of this.#shards.entries()) {
      const after = next.#shards[index];
      if (after === undefined || after === before) continue;
      for (const [key, value] of before) {
        const replacement = after.get(key);
        if (replacement !== value) yield { key, before: value, after: replacement };
      }
      for (const [key, value] of after) {
        if (!before.has(key)) yield { key, before: undefined, after: value };
      }
    }
  }
}

/** Collects changes to a map; the map itself stays as it is. Not used again after `done`. */
export class MapEdit<V> {
  readonly #base: PersistentMap<V>;
  readonly #from: readonly ReadonlyMap<string, V>[];
  readonly #copied = new Map<number, Map<string, V>>();
  #size: number;

  constructor(base: PersistentMap<V>, shards: readonly ReadonlyMap<string, V>[]) {
    this.#base = base;
    this.#from = shards;
    this.#size = base.size;
  }

  get(key: string): V | undefined {
    const index = shardOf(key);
    return (this.#copied.get(index) ?? this.#from[index])?.get(key);
  }

  set(key: string, value: V): void {
    this.update(key, () => value);
  }

  delete(key: string): void {
    if (this.get(key) !== undefined) this.update(key, () => undefined);
  }

  /** `change` gets what is there, or undefined, and gives what is to be there, or undefined. */
  update(key: string, change: (before: V | undefined) => V | undefined): void {
    const shard = this.#writable(key);
    const before = shard.get(key);
    const after = change(before);
    if (after === undefined) shard.delete(key);
    else shard.set(key, after);
    this.#size += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
  }

  done(): PersistentMap<V> {
    if (this.#copied.size === 0) return this.#base;
    const shards = [...this.#from];
    for (const [index, shard] of this.#copied) shards[index] = shard;
    return new PersistentMap<V>(shards, this.#size);
  }

  #writable(key: string): Map<string, V> {
    const index = shardOf(key);
    const copied = this.#copied.get(index);
    if (copied !== undefined) return copied;
    const copy = new Map(this.#from[index]);
    this.#copied.set(index, copy);
    return copy;
  }
}

/** FNV-1a, folded to the number of shards. */
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (shardCount - 1);
}
