/** Where the scale subresource of a custom object finds its numbers: dotted paths such as `.spec.replicas`. */
import { type FieldProblem, invalid } from '../validation/field-problem.ts';
import { isFields } from '../validation/loose.ts';

export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

const replicasMax = 2 ** 31 - 1;

/** The steps of `.spec.replicas`. */
export function pathSteps(path: string): readonly string[] {
  return path.replace(/^\./, '').split('.');
}

/** The value at a dotted path; undefined where a step is missing. */
export function valueAtPath(object: object, path: string): unknown {
  return pathSteps(path).reduce<unknown>(
    (value, step) => (isFields(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    object,
  );
}

/** Replicas that are no counts, and a selector that is no text. */
export function scaleProblems(object: object, paths: ScalePaths): readonly FieldProblem[] {
  const problems = [paths.specReplicasPath, paths.statusReplicasPath].flatMap((path) =>
    replicasProblem(object, path),
  );
  const { labelSelectorPath: selectorPath } = paths;
  const selector = selectorPath === undefined ? undefined : valueAtPath(object, selectorPath);
  if (selectorPath === undefined || selector === undefined || typeof selector === 'string') return problems;
  return [...problems, at(selectorPath, '', accessorError(selectorPath, selector, 'string'))];
}

function replicasProblem(object: object, path: string): readonly FieldProblem[] {
  const value = valueAtPath(object, path);
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value))
    return [at(path, 0, accessorError(path, value, 'int64'))];
  if (value < 0) return [at(path, value, 'should be a non-negative integer')];
  return value > replicasMax ? [at(path, value, `should be less than or equal to ${replicasMax}`)] : [];
}

/** Kubernetes keeps the leading dot of the path in the field's name. */
function at(path: string, value: unknown, detail: string): FieldProblem {
  return { ...invalid([...pathSteps(path)], value, detail), path };
}

/** What is wrong with the type of a value, as Kubernetes' accessors of nested fields say it. */
function accessorError(path: string, value: unknown, expected: string): string {
  const type =
    typeof value === 'string'
      ? 'string'
      : typeof value === 'number'
        ? 'float64'
        : Array.isArray(value)
          ? 'list'
          : typeof value;
  return `${path} accessor error: ${typeof value === 'string' ? value : String(JSON.stringify(value))} is of the type ${type}, expected ${expected}`;
}
