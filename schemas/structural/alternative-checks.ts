/**
 * `allOf`, `anyOf`, `oneOf` and `not`. Where no alternative fits, what is wrong with the one that fits best is told as
 * well, as kube-openapi does.
 */
import { addAlternatives, type BodyRun } from './body-problem.ts';
import type { StructuralSchema } from './structural-schema.ts';

type Check = (value: unknown, run: BodyRun) => void;
type CheckOf = (schema: StructuralSchema) => Check;

/** The checks of a schema's alternatives. `checkOf` compiles each of them. */
export function alternativeChecks(schema: StructuralSchema, checkOf: CheckOf): readonly Check[] {
  const checks: Check[] = [];
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  if (anyOf.length > 0) checks.push(anyCheck(anyOf.map(checkOf)));
  if (oneOf.length > 0) checks.push(oneCheck(oneOf.map(checkOf)));
  if (allOf.length > 0) checks.push(allCheck(allOf.map(checkOf)));
  if (not !== undefined) {
    const check = checkOf(not);
    checks.push((value, run) => {
      if (attempt(check, value, run).problems.length > 0) run.matches++;
      else addAlternatives(run, 'must not validate the schema (not)');
    });
  }
  return checks;
}

/** One alternative on its own, at the same place. */
function attempt(check: Check, value: unknown, { base, path }: BodyRun): BodyRun {
  const run: BodyRun = { base, path, problems: [], matches: 0 };
  check(value, run);
  return run;
}

/** The first of those that pass most. */
function best(attempts: readonly BodyRun[]): BodyRun | undefined {
  return attempts.reduce<BodyRun | undefined>(
    (found, one) => (found === undefined || one.matches > found.matches ? one : found),
    undefined,
  );
}

function anyCheck(checks: readonly Check[]): Check {
  return (value, run) => {
    const failed: BodyRun[] = [];
    for (const check of checks) {
      const one = attempt(check, value, run);
      if (one.problems.length === 0) {
        run.matches += one.matches + 1;
        return;
      }
      failed.push(one);
    }
    addAlternatives(run, 'must validate at least one schema (anyOf)');
    run.problems.push(...(best(failed)?.problems ?? []));
  };
}

function oneCheck(checks: readonly Check[]): Check {
  return (value, run) => {
    const attempts = checks.map((check) => attempt(check, value, run));
    const valid = attempts.filter(({ problems }) => problems.length === 0);
    if (valid.length === 1) {
      run.matches += (valid[0]?.matches ?? 0) + 1;
      return;
    }
    const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
    addAlternatives(run, `must validate one and only one schema (oneOf). ${found}`);
    if (valid.length === 0) run.problems.push(...(best(attempts)?.problems ?? []));
  };
}

function allCheck(checks: readonly Check[]): Check {
  return (value, run) => {
    const attempts = checks.map((check) => attempt(check, value, run));
    for (const { problems, matches } of attempts) {
      run.problems.push(...problems);
      run.matches += matches;
    }
    const validCount = attempts.filter(({ problems }) => problems.length === 0).length;
    if (validCount === attempts.length) return;
    const none = validCount === 0 ? '. None validated' : '';
    addAlternatives(run, `must validate all the schemas (allOf)${none}`);
  };
}
