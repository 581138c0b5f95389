/**
 * What is wrong with one field. The constructors word it as Kubernetes' API server does, so that messages can be
 * searched for and clients that match on them keep working.
 */
import { type FieldPath, renderPath } from './field-path.ts';

export interface FieldProblem {
  /** Kubernetes' field path: `spec.template.spec.containers[0].image`; empty for the whole object. */
  readonly path: string;
  /** The same path in steps, for finding its place in a file. */
  readonly segments: FieldPath;
  /** Whether the key is at fault (an unknown field, a bad label key) or its value. */
  readonly at: 'key' | 'value';
  /** The cause as metav1.StatusCause names it. */
  readonly reason: ProblemReason;
  /** What is wrong. */
  readonly problem: string;
  /** What was expected, where the problem does not say so already. */
  readonly expected?: string;
}

export type ProblemReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** Values longer than this are cut in messages. */
const shownCharactersMax = 120;

/** Keeps a copy of the path: whoever walks an object goes on with its own. */
function problem(reason: ProblemReason, segments: FieldPath, text: string): FieldProblem {
  return { path: renderPath(segments), segments: [...segments], at: 'value', reason, problem: text };
}

/** A value as messages show it: text in quotes, objects as JSON, long ones cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text;
}

/** `Required value` */
export function required(path: FieldPath, detail = ''): FieldProblem {
  return problem('FieldValueRequired', path, detail === '' ? 'Required value' : `Required value: ${detail}`);
}

/** `Invalid value: "X": must be …` */
export function invalid(path: FieldPath, value: unknown, detail: string): FieldProblem {
  return problem('FieldValueInvalid', path, `Invalid value: ${shown(value)}: ${detail}`);
}

/** `Unsupported value: "x": supported values: "A", "B"` */
export function unsupported(path: FieldPath, value: unknown, supported: readonly string[]): FieldProblem {
  const values = supported.map((name) => JSON.stringify(name)).join(', ');
  return problem(
    'FieldValueNotSupported',
    path,
    `Unsupported value: ${shown(value)}: supported values: ${values}`,
  );
}

/** `Duplicate value: "x"` */
export function duplicate(path: FieldPath, value: unknown): FieldProblem {
  return problem('FieldValueDuplicate', path, `Duplicate value: ${shown(value)}`);
}

/** `Forbidden: may not be …` */
export function forbidden(path: FieldPath, detail: string): FieldProblem {
  return problem('FieldValueForbidden', path, `Forbidden: ${detail}`);
}

/** `Not found: "x"` */
export function notFound(path: FieldPath, value: unknown, detail = ''): FieldProblem {
  return problem(
    'FieldValueNotFound',
    path,
    `Not found: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`,
  );
}

/** `Too many: 21: must have at most 20 items` */
export function tooMany(path: FieldPath, count: number, countMax: number): FieldProblem {
  return problem('FieldValueTooMany', path, `Too many: ${count}: must have at most ${countMax} items`);
}

/** `Invalid value: must be …`, of a value that says nothing itself. */
export function invalidHere(path: FieldPath, detail: string): FieldProblem {
  return problem('FieldValueInvalid', path, `Invalid value: ${detail}`);
}

/** `Too long: may not be more than 253 bytes` */
export function tooLong(path: FieldPath, bytesMax: number): FieldProblem {
  return problem('FieldValueTooLong', path, `Too long: may not be more than ${bytesMax} bytes`);
}

/** `got string "3"`, expected an integer */
export function wrongType(path: FieldPath, value: unknown, expected: string): FieldProblem {
  return { ...problem('FieldValueTypeInvalid', path, `got ${typeName(value)}`), expected };
}

/** A key which the schema does not know, with the nearest known one or all of them. */
export function unknownField(
  path: FieldPath,
  name: string,
  known: readonly string[],
  suggestion: string | undefined,
): FieldProblem {
  const text = `unknown field ${shown(name)}`;
  const at = { ...problem('FieldValueInvalid', path, text), at: 'key' as const };
  if (suggestion !== undefined)
    return { ...at, problem: `${text}; did you mean ${JSON.stringify(suggestion)}?` };
  return { ...at, expected: known.length === 0 ? 'no fields here' : `one of ${known.join(', ')}` };
}

/** The value with its type: `string "3"`, `number 1.5`, `null`, `a map`. */
function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number') return `${Number.isInteger(value) ? 'integer' : 'number'} ${shown(value)}`;
  return `${typeof value} ${shown(value)}`;
}

/** The problem in one line: what is wrong, and what was expected where that says more. */
export function problemText(found: Pick<FieldProblem, 'problem' | 'expected'>): string {
  return found.expected === undefined ? found.problem : `${found.problem}, expected ${found.expected}`;
}
