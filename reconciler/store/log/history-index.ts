import type { Location } from './location.ts';

/** Numbers that come in at one end and go at the other. */
class NumberQueue {
  #items: number[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: number): void {
    this.#items.push(item);
  }

  /** By place from the front. */
  at(index: number): number {
    return this.#items[this.#head + index] ?? 0;
  }

  setLast(item: number): void {
    this.#items[this.#items.length - 1] = item;
  }

  shift(count: number): void {
    this.#head += count;
    if (this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}

/**
 * Where the events of each revision lie that history still holds, and which segments are needed for what was before
 * them: a record that was replaced, or a deletion before a key was made again, is read until the event that
 * replaced it is forgotten.
 */
export class HistoryIndex {
  /** By revision, from `#first` on: the entries of a commit follow each other in one frame. */
  #first = 1;
  readonly #segments = new NumberQueue();
  readonly #offsets = new NumberQueue();
  readonly #lengths = new NumberQueue();
  /** Per replaced entry, in order: the revision that replaced it, and the segment where it lies. */
  readonly #replacedAt = new NumberQueue();
  readonly #replacedIn = new NumberQueue();
  readonly #pins = new Map<number, number>();
  readonly #deletedAt = new NumberQueue();
  #deletedKeys: string[] = [];

  /** History begins after this revision. */
  begin(revision: number): void {
    this.#first = revision + 1;
  }

  get firstRevision(): number {
    return this.#first;
  }

  /** An event of `revision`; `replaced` is the segment of the entry that it replaces, if there was one. */
  add(revision: number, location: Location, replaced: number | undefined): void {
    const last = this.#first + this.#segments.length - 1;
    if (revision === last) {
      const start = this.#offsets.at(this.#offsets.length - 1);
      this.#lengths.setLast(location.offset + location.length - start);
    } else {
      if (revision !== last + 1) throw new Error(`revision ${revision} does not follow ${last}`);
      this.#segments.push(location.segment);
      this.#offsets.push(location.offset);
      this.#lengths.push(location.length);
    }
    if (replaced === undefined) return;
    this.#replacedAt.push(revision);
    this.#replacedIn.push(replaced);
    this.#pins.set(replaced, this.pins(replaced) + 1);
  }

  addDeletion(revision: number, key: string): void {
    this.#deletedAt.push(revision);
    this.#deletedKeys.push(key);
  }

  /** All entries of one commit; undefined where history does not hold it. */
  at(revision: number): Location | undefined {
    const index = revision - this.#first;
    if (index < 0 || index >= this.#segments.length) return undefined;
    return {
      segment: this.#segments.at(index),
      offset: this.#offsets.at(index),
      length: this.#lengths.at(index),
    };
  }

  /** How many entries of a segment are needed for what was before an event. */
  pins(segment: number): number {
    return this.#pins.get(segment) ?? 0;
  }

  /** Forgets the events up to `revision`; `forgotten` hears of the deletions among them. */
  release(revision: number, forgotten: (key: string, revision: number) => void): void {
    const count = Math.min(this.#segments.length, Math.max(0, revision + 1 - this.#first));
    for (const queue of [this.#segments, this.#offsets, this.#lengths]) queue.shift(count);
    this.#first += count;
    this.#releasePins(revision);
    let deletions = 0;
    while (deletions < this.#deletedAt.length && this.#deletedAt.at(deletions) <= revision) {
      forgotten(this.#deletedKeys[deletions] ?? '', this.#deletedAt.at(deletions));
      deletions++;
    }
    if (deletions === 0) return;
    this.#deletedAt.shift(deletions);
    this.#deletedKeys = this.#deletedKeys.slice(deletions);
  }

  #releasePins(revision: number): void {
    let count = 0;
    while (count < this.#replacedAt.length && this.#replacedAt.at(count) <= revision) {
      const segment = this.#replacedIn.at(count);
      const left = this.pins(segment) - 1;
      if (left === 0) this.#pins.delete(segment);
      else this.#pins.set(segment, left);
      count++;
    }
    this.#replacedAt.shift(count);
    this.#replacedIn.shift(count);
  }
}
