/** What an applier owned, applies no longer, and nobody else owns, goes from the object. */
import { extractFields } from './extract.ts';
import { difference, type FieldSet, intersection, union } from './field-set.ts';
import type { MapShape } from './merge-shape.ts';
import { removeFields, withNamedFields } from './remove.ts';

/**
 * `last` is what the applier owned before, `applied` what it applies now, `owned` what anybody owns, `applied`
 * included. A list item goes with all that is in it, unless somebody owns the item itself.
 */
export function pruneDisowned<T extends object>(
  merged: T,
  shape: MapShape,
  last: FieldSet,
  applied: FieldSet,
  owned: FieldSet,
): T {
  if (difference(last, applied).size === 0) return merged;
  const named = (set: FieldSet): FieldSet => withNamedFields(set, shape);
  const fieldsOf = (object: T | null): FieldSet =>
    named(object === null ? new Map() : extractFields(object, shape));
  const mergedFields = fieldsOf(merged);
  const lastFields = named(last);
  const without = (set: FieldSet): T | null => removeFields<T | null>(merged, set, shape);
  // First all that was applied last time goes, then what is owned comes back, then what was never this applier's.
  const bare = without(lastFields);
  const owning = without(difference(mergedFields, union(fieldsOf(bare), named(owned))));
  const gone = intersection(difference(mergedFields, fieldsOf(owning)), lastFields);
  return without(gone) ?? ({} as T);
}
