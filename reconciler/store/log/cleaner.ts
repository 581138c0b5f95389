import type { CommitGroup } from './commit-group.ts';
import type { KeyEntry } from './key-entry.ts';
import type { LogIndex } from './log-index.ts';
import type { Log, Segment } from './log.ts';
import type { MvccReader } from './mvcc-reader.ts';

/** What of old records is written again beside the commits of one group: bounds how long these wait for it. */
const moveBytesMin = 128 * 1024;
const moveBytesMax = 1024 * 1024;

/** While the log is at most this many times what is live in it, and a little, nothing is moved. */
const sizeFactor = 2;
const crowdedSizeFactor = 1.25;
const segmentsSpare = 2;

/**
 * Keeps the log in bounds. Only whole segments can be given back, and only the oldest: then no deletion goes before
 * the put that it deletes. What is still live in the oldest is written again at the end of the log, a little with each
 * group of commits. A segment is settled when all its events are compacted: only those are looked at.
 */
export class Cleaner {
  readonly #log: Log;
  readonly #index: LogIndex;
  readonly #reader: MvccReader;
  readonly #segmentBytesMax: number;
  readonly #bytesMax: number;
  /** What has to move out of the oldest segment, as of when that was begun. */
  #moving: { readonly segment: number; readonly entries: readonly KeyEntry[]; next: number } | undefined;

  constructor(parts: {
    readonly log: Log;
    readonly index: LogIndex;
    readonly reader: MvccReader;
    readonly segmentBytesMax: number;
    /** Of the whole store. Nearer to it the log is kept tighter. */
    readonly bytesMax: number;
  }) {
    this.#log = parts.log;
    this.#index = parts.index;
    this.#reader = parts.reader;
    this.#segmentBytesMax = parts.segmentBytesMax;
    this.#bytesMax = parts.bytesMax;
  }

  /** Whether there is something to do, commits or not. */
  get isDue(): boolean {
    const oldest = this.#oldestSettled();
    return oldest !== undefined && (this.#isOver() || this.#isDead(oldest));
  }

  /** Adds to a group of commits what is due; the last segment that can go when that group is on disk. */
  addTo(group: CommitGroup): number | undefined {
    const last = this.#lastDead();
    if (last !== undefined) {
      group.append({ type: 'drop', segment: last });
      return last;
    }
    if (this.#isOver()) this.#move(group);
    return undefined;
  }

  /** Bytes of segments with events that are not compacted. */
  historyBytes(): number {
    return this.#log.bytes - this.#settledBytes().all;
  }

  /** The revision to compact to, so that at most so many bytes of history are left. */
  revisionForHistory(bytesMax: number): number {
    let excess = this.historyBytes() - bytesMax;
    const unsettled = [...this.#log.segments()].filter((segment) => !this.#isSettled(segment.number));
    for (const [index, segment] of unsettled.entries()) {
      excess -= segment.bytes;
      const next = unsettled[index + 1];
      if (next === undefined) break;
      if (excess <= 0) return next.header.revision;
    }
    return this.#index.state.compacted;
  }

  #move(group: CommitGroup): void {
    const oldest = this.#oldestSettled();
    if (oldest === undefined) return;
    if (this.#moving?.segment !== oldest.number)
      this.#moving = {
        segment: oldest.number,
        entries: this.#index.keys.liveIn(oldest.number),
        next: 0,
      };
    const { entries } = this.#moving;
    const budget = Math.min(moveBytesMax, Math.max(moveBytesMin, 2 * group.payloadBytes));
    const end = group.payloadBytes + budget;
    for (; this.#moving.next < entries.length && group.payloadBytes < end; this.#moving.next++) {
      const entry = entries[this.#moving.next];
      if (entry === undefined || entry.segment !== oldest.number || entry.deleted) continue;
      // What a commit of this very group replaces stays where it is, for what was before that commit.
      if (group.changes(entry.key)) continue;
      group.append({ type: 'keep', record: this.#reader.record(entry) });
    }
  }

  #isOver(): boolean {
    const oldest = this.#oldestSettled();
    if (oldest === undefined) return false;
    const { all, live } = this.#settledBytes();
    const spare = segmentsSpare * this.#segmentBytesMax;
    const crowded = this.#log.bytes > this.#bytesMax / 2;
    if (all <= (crowded ? crowdedSizeFactor : sizeFactor) * live + spare) return false;
    // All has moved, and yet something is needed: until more is compacted, or a group is on disk.
    const moving = this.#moving;
    return moving?.segment !== oldest.number || moving.next < moving.entries.length;
  }

  #settledBytes(): { readonly all: number; readonly live: number } {
    let all = 0;
    let live = 0;
    for (const segment of this.#log.segments()) {
      if (!this.#isSettled(segment.number)) break;
      all += segment.bytes;
      live += this.#index.keys.liveBytes(segment.number);
    }
    return { all, live };
  }

  #lastDead(): number | undefined {
    let last: number | undefined;
    for (const segment of this.#log.segments()) {
      if (!this.#isSettled(segment.number) || !this.#isDead(segment)) break;
      last = segment.number;
    }
    return last;
  }

  #isDead({ number }: Segment): boolean {
    return this.#index.keys.liveBytes(number) === 0 && this.#index.history.pins(number) === 0;
  }

  #oldestSettled(): Segment | undefined {
    for (const segment of this.#log.segments()) return this.#isSettled(segment.number) ? segment : undefined;
    return undefined;
  }

  /** Its last event is before the next segment begins. The one that is written to never is settled. */
  #isSettled(number: number): boolean {
    const next = this.#log.headerOf(number + 1);
    return next !== undefined && next.revision <= this.#index.released;
  }
}
