import type { StoreConflict, StoreEvent, StoreRecord, StoreWrite } from '../core/ports.ts';

/** What a commit comes to, before anything is written. */
export type CommitDecision =
  | { readonly type: 'conflict'; readonly conflicts: readonly StoreConflict[] }
  | { readonly type: 'nothing' }
  | { readonly type: 'write'; readonly events: readonly StoreEvent[] };

/**
 * Decides a commit against the current records. All compares are made before any write is, and every one that
 * fails is named. A delete of an absent key is no event; with no event left, the commit takes no revision.
 */
export function decideCommit(
  writes: readonly StoreWrite[],
  revision: number,
  current: (key: string) => StoreRecord | undefined,
): CommitDecision {
  const conflicts: StoreConflict[] = [];
  const events: StoreEvent[] = [];
  for (const write of writes) {
    const previous = current(write.key);
    const actual = previous?.modRevision ?? 0;
    if (write.expected !== undefined && write.expected !== actual) {
      conflicts.push({ key: write.key, expected: write.expected, actual });
      continue;
    }
    const event = eventOf(write, revision, previous);
    if (event !== undefined) events.push(event);
  }
  if (conflicts.length > 0) return { type: 'conflict', conflicts };
  return events.length === 0 ? { type: 'nothing' } : { type: 'write', events };
}

function eventOf(
  write: StoreWrite,
  revision: number,
  previous: StoreRecord | undefined,
): StoreEvent | undefined {
  switch (write.type) {
    case 'check':
      return undefined;
    case 'delete':
      return previous && { type: 'delete', key: write.key, modRevision: revision, previous };
    case 'put': {
      const record: StoreRecord = {
        key: write.key,
        value: write.value,
        createRevision: previous?.createRevision ?? revision,
        modRevision: revision,
        version: (previous?.version ?? 0) + 1,
      };
      return previous === undefined ? { type: 'put', record } : { type: 'put', record, previous };
    }
  }
}

export function keyOf(event: StoreEvent): string {
  return event.type === 'put' ? event.record.key : event.key;
}
