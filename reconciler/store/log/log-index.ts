import type { LogEntry } from './entry-codec.ts';
import { damaged } from './failure.ts';
import { HistoryIndex } from './history-index.ts';
import { KeyIndex } from './key-index.ts';
import type { Location, StoreState } from './location.ts';
import type { LogReader } from './recovery.ts';

/** What is in memory of the log: made by reading it once, then kept up with each frame that is appended. */
export class LogIndex implements LogReader {
  readonly keys: KeyIndex;
  readonly history = new HistoryIndex();
  #state: StoreState = { revision: 0, compacted: 0 };
  /** History up to here is gone in fact; between this and `compacted` it may still serve lists that began before. */
  #released = 0;
  #loading = true;

  constructor(cacheBytesMax: number) {
    this.keys = new KeyIndex(cacheBytesMax);
  }

  get state(): StoreState {
    return this.#state;
  }

  get released(): number {
    return this.#released;
  }

  begin(state: StoreState): void {
    this.#state = state;
    this.history.begin(state.revision);
  }

  /** Takes an entry over; entries come in the order of the log. */
  entry(entry: LogEntry, location: Location): void {
    switch (entry.type) {
      case 'put': {
        const { key, modRevision } = entry.record;
        this.#event(key, modRevision, location);
        this.keys.put(key, modRevision, location, this.#loading ? undefined : entry.record);
        return;
      }
      case 'delete':
        this.#event(entry.key, entry.modRevision, location);
        this.keys.delete(entry.key, entry.modRevision, location);
        this.history.addDeletion(entry.modRevision, entry.key);
        return;
      case 'keep': {
        const { key, modRevision } = entry.record;
        this.keys.put(key, modRevision, location, this.keys.get(key)?.record);
        return;
      }
      case 'compact':
        this.#state = { ...this.#state, compacted: entry.revision };
        return;
      case 'drop':
        return;
    }
  }

  /** The log was read to its end. Throws StoreFailedError where it lacks history that nobody compacted. */
  loaded(): void {
    const { compacted } = this.#state;
    if (this.history.firstRevision > compacted + 1)
      throw damaged(
        `history begins at revision ${this.history.firstRevision}, but was compacted to ${compacted}`,
      );
    this.#loading = false;
    this.release(compacted);
  }

  /** Forgets history up to `revision`, which is compacted and which nobody reads any more. */
  release(revision: number): void {
    this.#released = Math.max(this.#released, revision);
    this.history.release(this.#released, (key, deletedAt) => this.keys.forgetDeleted(key, deletedAt));
  }

  #event(key: string, revision: number, location: Location): void {
    this.history.add(revision, location, this.keys.get(key)?.segment);
    this.#state = { ...this.#state, revision };
  }
}
