/** Fields that stay as they were made. */
import { type Fields, fieldsOf } from '../../../../schemas/validation/loose.ts';
import type { Reporter } from '../../../../schemas/validation/rule.ts';
import { semanticallyEqual } from './semantic-equal.ts';

/** Reports each of these fields of the structs at `path` that an update changes. */
export function reportImmutable(
  after: Fields,
  before: Fields,
  fields: readonly string[],
  path: readonly string[],
  report: Reporter,
): void {
  for (const field of fields) {
    if (!semanticallyEqual(after[field], before[field]))
      report.invalid([...path, field], after[field] ?? null, 'field is immutable');
  }
}

/** An object of any kind, read as any struct. */
export function structOf(object: object): Fields {
  return object as Fields;
}

/** The `spec` of an object of any kind. */
export function specOf(object: object): Fields {
  return fieldsOf(structOf(object)['spec']);
}

/** The `status` of an object of any kind. */
export function statusOf(object: object): Fields {
  return fieldsOf(structOf(object)['status']);
}
