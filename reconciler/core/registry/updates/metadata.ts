/** What an update may not do to the metadata of an object of any kind. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { fieldsOf, numberOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { KubeObject } from '../../model/object.ts';
import { semanticallyEqual } from './semantic-equal.ts';

/** What the server sets, and what names the object. */
const fixed = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/**
 * The problems of changed metadata: identity stays, the generation only grows, and nothing new may hold an object that
 * is being deleted.
 */
export function metadataUpdateProblems(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, ['metadata']);
  const [next, old] = [fieldsOf(after.metadata), fieldsOf(before.metadata)];
  if (before.metadata.deletionTimestamp !== undefined) {
    const known = new Set(before.metadata.finalizers ?? []);
    const added = (after.metadata.finalizers ?? []).filter((name) => !known.has(name)).toSorted();
    if (added.length > 0) {
      const list = added.map((name) => JSON.stringify(name)).join(', ');
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
      report.forbidden(['finalizers'], why);
    }
  }
  const [generation, former] = [numberOf(next['generation']) ?? 0, numberOf(old['generation']) ?? 0];
  if (generation < former) report.invalid(['generation'], generation, 'must not be decremented');
  for (const field of fixed)
    if (!semanticallyEqual(next[field], old[field]))
      report.invalid([field], next[field] ?? null, 'field is immutable');
  return problems;
}
