import type { Position } from './row-codec.ts';
import type { TableWriter, Tables } from './tables.ts';

/** Rows of history that one transaction of a compaction removes, so that commits get their turn in between. */
const compactRows = 1_000;

/**
 * The next part of forgetting all events up to revision `compacted`, which must be on disk as compacted before.
 * A deletion is forgotten with the event that made it, unless the key was deleted again since. A compaction that
 * is cut short leaves rows that the next one removes, since each starts at the oldest.
 */
export function compactStep(
  tables: Tables,
  compacted: number,
): { readonly done: boolean; readonly write: (writer: TableWriter) => void } {
  const forgotten: Position[] = [];
  const deletions: string[] = [];
  let done = true;
  for (const { position, row } of tables.historyBetween(0, compacted)) {
    if (forgotten.length === compactRows) {
      done = false;
      break;
    }
    forgotten.push(position);
    if (row.type !== 'delete') continue;
    const last = tables.deleted(row.key);
    if (last !== undefined && last.revision <= compacted) deletions.push(row.key);
  }
  return {
    done,
    write: (writer) => {
      for (const position of forgotten) writer.removeHistory(position);
      for (const key of deletions) writer.removeDeleted(key);
    },
  };
}
