/** What is wrong with any value in the eyes of its schema. */
import type { FieldProblem } from '../validation/field-problem.ts';
import type { BodyRun } from './body-problem.ts';
import { checkOf } from './schema-validator.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** The problems of a value; `base` stands before the path of each. */
export function valueProblems(
  value: unknown,
  schema: StructuralSchema,
  base: readonly (string | number)[],
): readonly FieldProblem[] {
  const run: BodyRun = { base, path: [], problems: [], matches: 0 };
  checkOf(schema)(value, run);
  return run.problems;
}
