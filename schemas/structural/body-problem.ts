/** What is wrong with a value in the eyes of its OpenAPI schema, worded as kube-openapi and apiextensions do. */
import { type FieldPath, renderPath } from '../validation/field-path.ts';
import { type FieldProblem, type ProblemReason, shown } from '../validation/field-problem.ts';

/** Where the validation is, and what it has found. One run walks one object. */
export interface BodyRun {
  /** What stands before the path of every problem, but not in its text: `status` where only that part is looked at. */
  readonly base: FieldPath;
  /** Steps from the validated value to where the walk is. Pushed and popped: copied when a problem keeps it. */
  readonly path: (string | number)[];
  readonly problems: FieldProblem[];
  /** Checks passed so far: of several alternatives the one that passes most tells what is wrong. */
  matches: number;
}

/** Problems of one object that are told; whoever brings more has enough to mend. */
const problemsMax = 200;

function add(run: BodyRun, reason: ProblemReason, problem: string, extra: readonly string[] = []): void {
  if (run.problems.length >= problemsMax) return;
  const segments = [...run.base, ...run.path, ...extra];
  run.problems.push({ path: renderPath(segments), segments, at: 'value', reason, problem });
}

/** `spec.replicas in body`, as the texts name a value. */
function subject(run: BodyRun): string {
  return `${renderPath(run.path)} in body`;
}

/** `Invalid value: 0: spec.replicas in body should be greater than or equal to 1` */
export function addInvalid(run: BodyRun, value: unknown, should: string): void {
  add(run, 'FieldValueInvalid', `Invalid value: ${shown(value)}: ${subject(run)} ${should}`);
}

/** `Invalid value: "string": spec.replicas in body must be of type integer: "string"` */
export function addWrongType(run: BodyRun, found: string, wanted: string): void {
  const text = `Invalid value: ${shown(found)}: ${subject(run)} must be of type ${wanted}: ${JSON.stringify(found)}`;
  add(run, 'FieldValueTypeInvalid', text);
}

/** `Required value`, of a field of the value where the walk is. */
export function addRequired(run: BodyRun, field: string): void {
  add(run, 'FieldValueRequired', 'Required value', [field]);
}

/** `Unsupported value: "c": supported values: "a", "b"` */
export function addUnsupported(run: BodyRun, value: unknown, supported: readonly unknown[]): void {
  const names = supported.map((one) => JSON.stringify(typeof one === 'string' ? one : JSON.stringify(one)));
  const text = `Unsupported value: ${shown(value)}: supported values: ${names.join(', ')}`;
  add(run, 'FieldValueNotSupported', text);
}

/** `Too long: may not be more than 10 bytes`: apiextensions says bytes and means characters. */
export function addTooLong(run: BodyRun, max: number): void {
  add(run, 'FieldValueTooLong', `Too long: may not be more than ${max} bytes`);
}

/** `Too many: 5: must have at most 3 items` */
export function addTooMany(run: BodyRun, count: number, max: number): void {
  add(run, 'FieldValueTooMany', `Too many: ${count}: must have at most ${max} items`);
}

/** `Duplicate value: {"name":"a"}`, at the item where the walk is. */
export function addDuplicate(run: BodyRun, value: unknown): void {
  add(run, 'FieldValueDuplicate', `Duplicate value: ${shown(value)}`);
}

/**
 * A problem with alternatives: `<nil>: Invalid value: "": "spec.to" must validate …`. kube-openapi gives these no path,
 * and apiextensions writes that as `<nil>`; the steps still lead to the value.
 */
export function addAlternatives(run: BodyRun, must: string): void {
  if (run.problems.length >= problemsMax) return;
  const text = `Invalid value: "": ${JSON.stringify(renderPath(run.path))} ${must}`;
  run.problems.push({
    path: run.base.length === 0 ? '<nil>' : renderPath(run.base),
    segments: [...run.base, ...run.path],
    at: 'value',
    reason: 'FieldValueInvalid',
    problem: text,
  });
}
