/** What is wrong with a file of manifests, and where. */
import { problemText } from '../../../schemas/validation/field-problem.ts';

export interface ManifestProblem {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count them. */
  readonly column: number;
  /** Kubernetes' field path, where the problem is with a field. */
  readonly field?: string;
  readonly message: string;
  readonly expected?: string;
}

/** `path:line:column: field.path: what is wrong, what was expected` */
export function renderProblem({ path, line, column, field, message, expected }: ManifestProblem): string {
  const text = problemText({ problem: message, ...(expected === undefined ? {} : { expected }) });
  const place = `${path}:${line}:${column}`;
  return field === undefined ? `${place}: ${text}` : `${place}: ${field}: ${text}`;
}

/** Order of reading: by path, place, field, message. */
export function compareProblems(a: ManifestProblem, b: ManifestProblem): number {
  return (
    compareText(a.path, b.path) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.field ?? '', b.field ?? '') ||
    compareText(a.message, b.message)
  );
}

/** By code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
