import type { StoreRecord } from '../../core/ports.ts';
import { KeyEntry } from './key-entry.ts';
import type { Location } from './location.ts';
import { RecordCache } from './record-cache.ts';
import { SortedEntries } from './sorted-entries.ts';

/** Every key, by name and in order: where its last put or deletion lies, and how much of each segment is still live. */
export class KeyIndex {
  readonly #byKey = new Map<string, KeyEntry>();
  readonly #cache: RecordCache;
  /** Made when it is first asked for, so that opening a store sorts once. */
  #sorted: SortedEntries | undefined;
  readonly #liveBytes = new Map<number, number>();

  constructor(cacheBytesMax: number) {
    this.#cache = new RecordCache(cacheBytesMax);
  }

  get(key: string): KeyEntry | undefined {
    return this.#byKey.get(key);
  }

  /** From the key `start`, or from the one after it, on; deleted keys that are not compacted are among them. */
  from(start: string, exclusive: boolean): Generator<KeyEntry> {
    this.#sorted ??= SortedEntries.of(this.#byKey.values());
    return this.#sorted.from(start, exclusive);
  }

  /** Bytes of the records of now that lie in a segment. */
  liveBytes(segment: number): number {
    return this.#liveBytes.get(segment) ?? 0;
  }

  /** The records of now in a segment, in the order in which they lie there. Looks at every key. */
  liveIn(segment: number): readonly KeyEntry[] {
    const found: KeyEntry[] = [];
    for (const entry of this.#byKey.values())
      if (entry.segment === segment && !entry.deleted) found.push(entry);
    return found.sort((left, right) => left.offset - right.offset);
  }

  /** A put, or a record that moved. `cached` when its value is at hand. */
  put(key: string, modRevision: number, location: Location, cached: StoreRecord | undefined): void {
    const entry = this.#place(key, modRevision, location);
    entry.deleted = false;
    this.#addLive(location.segment, location.length);
    if (cached === undefined) this.#cache.forget(entry);
    else this.#cache.keep(entry, cached);
  }

  delete(key: string, modRevision: number, location: Location): void {
    const entry = this.#place(key, modRevision, location);
    entry.deleted = true;
    this.#cache.forget(entry);
  }

  /** Forgets a key whose deletion at this revision is compacted, unless it was made again since. */
  forgetDeleted(key: string, modRevision: number): void {
    const entry = this.#byKey.get(key);
    if (entry === undefined || !entry.deleted || entry.modRevision !== modRevision) return;
    this.#byKey.delete(key);
    this.#sorted?.remove(key);
  }

  /** A record that was read from disk is likely to be read again. */
  cache(entry: KeyEntry, record: StoreRecord): void {
    this.#cache.keep(entry, record);
  }

  forgetSegment(segment: number): void {
    this.#liveBytes.delete(segment);
  }

  #place(key: string, modRevision: number, location: Location): KeyEntry {
    const entry = this.#byKey.get(key);
    if (entry === undefined) {
      const made = new KeyEntry(key, location, modRevision);
      this.#byKey.set(key, made);
      this.#sorted?.insert(made);
      return made;
    }
    if (!entry.deleted) this.#addLive(entry.segment, -entry.length);
    entry.segment = location.segment;
    entry.offset = location.offset;
    entry.length = location.length;
    entry.modRevision = modRevision;
    return entry;
  }

  #addLive(segment: number, bytes: number): void {
    this.#liveBytes.set(segment, this.liveBytes(segment) + bytes);
  }
}
