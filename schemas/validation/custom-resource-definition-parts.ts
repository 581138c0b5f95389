/** Subresources, printer columns and selectable fields of a version of a CustomResourceDefinition. */
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  SelectableField,
} from '../kubernetes/types/apiextensions-v1.ts';
import { isEmbedded, type StructuralSchema, typeAndMetadata } from '../structural/structural-schema.ts';
import type { FieldPath } from './field-path.ts';
import { duplicate, type FieldProblem, invalid, required, tooMany } from './field-problem.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const selectableTypes = ['string', 'boolean', 'integer'];
const selectableFieldsMax = 8;

/** Problems of the scale subresource; that of status has nothing to be wrong. */
export function subresourceProblems(
  subresources: CustomResourceSubresources | undefined,
): readonly FieldProblem[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  return [
    ...pathProblems(['scale', 'specReplicasPath'], specReplicasPath, ['.spec.'], 'under .spec'),
    ...pathProblems(['scale', 'statusReplicasPath'], statusReplicasPath, ['.status.'], 'under .status'),
    ...(labelSelectorPath === ''
      ? []
      : pathProblems(
          ['scale', 'labelSelectorPath'],
          labelSelectorPath,
          ['.spec.', '.status.'],
          'under either .spec or .status',
        )),
  ];
}

function pathProblems(
  at: FieldPath,
  path: string,
  prefixes: readonly string[],
  where: string,
): readonly FieldProblem[] {
  if (path === '') return [required(at)];
  if (!path.startsWith('.')) return [invalid(at, path, 'must be a simple json path starting with .')];
  if (prefixes.some((prefix) => path.startsWith(prefix))) return [];
  return [invalid(at, path, `should be a json path ${where}`)];
}

/** Problems of printer columns. Kubernetes spells the field of the path `JSONPath` here. */
export function columnProblems(columns: readonly CustomResourceColumnDefinition[]): readonly FieldProblem[] {
  return columns.flatMap(({ name, type, format = '', jsonPath }, index) => {
    const problems: FieldProblem[] = [];
    const typed = `must be one of ${columnTypes.join(',')}`;
    if (name === '') problems.push(required([index, 'name']));
    if (type === '') problems.push(required([index, 'type'], typed));
    else if (!columnTypes.includes(type)) problems.push(invalid([index, 'type'], type, typed));
    if (format !== '' && !columnFormats.includes(format))
      problems.push(invalid([index, 'format'], format, `must be one of ${columnFormats.join(',')}`));
    const path = pathProblem([index, 'jsonPath'], jsonPath);
    return path === undefined ? problems : [...problems, { ...path, path: `[${index}].JSONPath` }];
  });
}

function pathProblem(at: FieldPath, path: string): FieldProblem | undefined {
  if (path === '') return required(at);
  return path.startsWith('.') ? undefined : invalid(at, path, 'must be a simple json path starting with .');
}

/** Problems of the fields that field selectors may name. */
export function selectableFieldProblems(
  fields: readonly SelectableField[],
  schema: StructuralSchema | undefined,
): readonly FieldProblem[] {
  if (fields.length === 0) return [];
  if (schema === undefined)
    return [invalid([], '', 'may only be set when `version.schema.openAPIV3Schema` is not included')];
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const at = [index, 'jsonPath'];
    const steps = jsonPath.split('.').slice(1);
    if (jsonPath === '') {
      problems.push(required(at));
      continue;
    }
    const found = jsonPath.startsWith('.') ? fieldAt(schema, steps) : undefined;
    if (found === undefined) {
      problems.push(invalid(at, jsonPath, 'is an invalid path: does not refer to a valid field'));
      continue;
    }
    if (steps[0] === 'metadata') problems.push(invalid(at, jsonPath, 'must not point to fields in metadata'));
    if (!selectableTypes.includes(found.type ?? '')) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      problems.push(invalid(at, jsonPath, why));
    }
    if (seen.has(jsonPath)) problems.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > selectableFieldsMax) problems.push(tooMany([], seen.size, selectableFieldsMax));
  return problems;
}

/** The schema of a field; metadata of whole objects is there without being described. */
function fieldAt(schema: StructuralSchema, steps: readonly string[]): StructuralSchema | undefined {
  let found: StructuralSchema | undefined = schema;
  for (const [index, step] of steps.entries()) {
    const isWhole: boolean = index === 0 || (found !== undefined && isEmbedded(found));
    if (isWhole && typeAndMetadata.has(step) && found?.properties?.[step] === undefined)
      return { type: 'string' };
    found = found?.properties?.[step];
    if (found === undefined) return undefined;
  }
  return found;
}
