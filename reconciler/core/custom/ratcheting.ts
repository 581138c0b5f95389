/**
 * Ratcheting (KEP-4008): a schema that became stricter does not stop updates which leave alone what it would refuse
 * now. A list counts as one value here, unless all of it is unchanged.
 */
import type { FieldProblem } from '../../../schemas/validation/field-problem.ts';
import { type PathSegment, segmentKey } from '../../../schemas/validation/field-path.ts';
import { sameJson } from '../model/json.ts';

/** Whether a problem of `after` is about a value that `before` had too. Metadata is always judged. */
export function unchangedProblem(problem: FieldProblem, after: object, before: object): boolean {
  const [first] = problem.segments;
  if (first === undefined || first === 'metadata') return false;
  const path = subjectOf(problem);
  const old = valueAt(before, path);
  return old !== undefined && sameJson(valueAt(after, path), old);
}

/** The steps to the value that is at fault: for a missing field what misses it; for items the list around them. */
function subjectOf({ reason, segments }: FieldProblem): readonly PathSegment[] {
  const path = reason === 'FieldValueRequired' ? segments.slice(0, -1) : segments;
  const list = path.findIndex((segment) => typeof segment === 'number');
  return list < 0 ? path : path.slice(0, list);
}

function valueAt(object: object, path: readonly PathSegment[]): unknown {
  return path.reduce<unknown>((value, segment) => {
    const key = segmentKey(segment);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Readonly<Record<string | number, unknown>>)[key]
      : undefined;
  }, object);
}
