import type { CommitResult, StoreBatch, StoreEvent, StoreWrite } from '../../core/ports.ts';
import { decideCommit, keyOf } from '../commit.ts';
import type { HistoryRow, Position, StoredRecord } from './row-codec.ts';
import type { TableWriter, Tables } from './tables.ts';

/** What a key is after some of the group. */
type KeyState =
  /** `revived`: the table of deletions knows, or will know, of an earlier deletion. */
  | { readonly type: 'present'; readonly stored: StoredRecord; readonly revived: boolean }
  | { readonly type: 'absent'; readonly deletedAt: Position | undefined };

/**
 * Commits that will be one transaction. Each is decided against the tables as the ones before it in the group
 * leave them. Valid as long as nothing else writes to the tables.
 */
export class CommitGroup {
  readonly #tables: Tables;
  readonly #changed = new Map<string, KeyState>();
  readonly #history: { readonly position: Position; readonly row: HistoryRow }[] = [];
  readonly batches: StoreBatch[] = [];
  #revision: number;

  constructor(tables: Tables, revision: number) {
    this.#tables = tables;
    this.#revision = revision;
  }

  /** The revision after the commits so far. */
  get revision(): number {
    return this.#revision;
  }

  /** Takes a commit in. The result holds once the group is on disk. */
  add(writes: readonly StoreWrite[]): CommitResult {
    const revision = this.#revision + 1;
    const decision = decideCommit(writes, revision, (key) => {
      const state = this.#stateOf(key);
      return state.type === 'present' ? state.stored.record : undefined;
    });
    switch (decision.type) {
      case 'conflict':
        return { ok: false, revision: this.#revision, conflicts: decision.conflicts };
      case 'nothing':
        return { ok: true, revision: this.#revision };
      case 'write':
        for (const [index, event] of decision.events.entries()) this.#change(event, { revision, index });
        this.batches.push({ revision, events: decision.events });
        this.#revision = revision;
        return { ok: true, revision };
    }
  }

  /** Writes the whole group's rows: of the records of now only the last of each key, of history every event. */
  describe(writer: TableWriter): void {
    for (const { position, row } of this.#history) writer.putHistory(position, row);
    for (const [key, state] of this.#changed) {
      if (state.type === 'present') {
        writer.putCurrent(state.stored);
        if (state.revived) writer.removeDeleted(key);
      } else if (state.deletedAt !== undefined) {
        writer.removeCurrent(key);
        writer.putDeleted(key, state.deletedAt);
      }
    }
  }

  #stateOf(key: string): KeyState {
    const changed = this.#changed.get(key);
    if (changed !== undefined) return changed;
    const stored = this.#tables.current(key);
    if (stored !== undefined) return { type: 'present', stored, revived: false };
    return { type: 'absent', deletedAt: this.#tables.deleted(key) };
  }

  #change(event: StoreEvent, position: Position): void {
    const key = keyOf(event);
    const before = this.#stateOf(key);
    const row = historyRow(event, position, before);
    this.#history.push({ position, row });
    this.#changed.set(
      key,
      row.type === 'delete'
        ? { type: 'absent', deletedAt: position }
        : { type: 'present', stored: row.stored, revived: revived(before) },
    );
  }
}

function historyRow(event: StoreEvent, position: Position, before: KeyState): HistoryRow {
  if (event.type === 'delete') {
    if (before.type === 'absent') throw new Error(`a delete of ${event.key}, which is absent, is no event`);
    return { type: 'delete', key: event.key, previous: before.stored };
  }
  const stored: StoredRecord = { record: event.record, index: position.index };
  if (before.type === 'present') return { type: 'update', stored, previous: before.stored };
  const { deletedAt } = before;
  return deletedAt === undefined ? { type: 'create', stored } : { type: 'create', stored, deletedAt };
}

function revived(before: KeyState): boolean {
  return before.type === 'present' ? before.revived : before.deletedAt !== undefined;
}
