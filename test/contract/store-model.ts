import type {
  CommitResult,
  StoreBatch,
  StoreConflict,
  StoreEvent,
  StoreRecord,
  StoreWrite,
} from '../../reconciler/core/ports.ts';

/** What a store is, written as plainly as can be: the whole map, once for each revision. */
export class StoreModel {
  readonly #snapshots: ReadonlyMap<string, StoreRecord>[] = [new Map()];
  readonly #batches: StoreBatch[] = [];
  #compacted = 0;

  get revision(): number {
    return this.#batches.length;
  }

  get compacted(): number {
    return this.#compacted;
  }

  modRevision(key: string): number {
    return this.get(key, this.revision)?.modRevision ?? 0;
  }

  get(key: string, revision: number): StoreRecord | undefined {
    return this.#snapshots[revision]?.get(key);
  }

  list(prefix: string, revision: number): readonly StoreRecord[] {
    const records = [...(this.#snapshots[revision]?.values() ?? [])].filter((record) =>
      record.key.startsWith(prefix),
    );
    return records.sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)));
  }

  batches(prefix: string, after: number): readonly StoreBatch[] {
    const cut = this.#batches.slice(after).map(({ revision, events }) => ({
      revision,
      events: events.filter((event) =>
        (event.type === 'put' ? event.record.key : event.key).startsWith(prefix),
      ),
    }));
    return cut.filter((batch) => batch.events.length > 0);
  }

  compact(revision: number): void {
    this.#compacted = Math.max(this.#compacted, revision);
  }

  commit(writes: readonly StoreWrite[]): CommitResult {
    const conflicts: StoreConflict[] = [];
    for (const { key, expected } of writes) {
      const actual = this.modRevision(key);
      if (expected !== undefined && expected !== actual) conflicts.push({ key, expected, actual });
    }
    if (conflicts.length > 0) return { ok: false, revision: this.revision, conflicts };
    const next = new Map(this.#snapshots.at(-1));
    const revision = this.revision + 1;
    const events: StoreEvent[] = [];
    for (const write of writes) {
      const previous = next.get(write.key);
      if (write.type === 'put') {
        const record: StoreRecord =
          previous === undefined
            ? {
                key: write.key,
                value: write.value,
                createRevision: revision,
                modRevision: revision,
                version: 1,
              }
            : { ...previous, value: write.value, modRevision: revision, version: previous.version + 1 };
        next.set(write.key, record);
        events.push(previous === undefined ? { type: 'put', record } : { type: 'put', record, previous });
      } else if (write.type === 'delete' && previous !== undefined) {
        next.delete(write.key);
        events.push({ type: 'delete', key: write.key, modRevision: revision, previous });
      }
    }
    if (events.length === 0) return { ok: true, revision: this.revision };
    this.#snapshots.push(next);
    this.#batches.push({ revision, events });
    return { ok: true, revision };
  }
}
