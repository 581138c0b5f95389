/** Defaults have to be what they are defaults for: without unknown fields, and valid. */
import type { FieldPath } from '../validation/field-path.ts';
import { renderPath } from '../validation/field-path.ts';
import { type FieldProblem, invalid } from '../validation/field-problem.ts';
import { pruneInside } from './prune.ts';
import { itemSchemaOf, type StructuralSchema } from './structural-schema.ts';
import { valueProblems } from './value-problems.ts';

/** The problems of all defaults of a structural schema. Maps of values have none: they are forbidden there. */
export function defaultProblems(schema: StructuralSchema): readonly FieldProblem[] {
  return walk(schema, []);
}

function walk(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const items = itemSchemaOf(schema);
  return [
    ...ownProblems(schema, [...path, 'default']),
    ...(items === undefined ? [] : walk(items, [...path, 'items'])),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      walk(property, [...path, 'properties', { key: name }]),
    ),
  ];
}

function ownProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const value = schema.default;
  if (value === undefined || value === null) return [];
  const problems: FieldProblem[] = [];
  if (pruneInside(value, schema) !== value)
    problems.push(invalid(path, value, 'must not have unknown fields'));
  const found = valueProblems(value, schema, []).map((problem) => {
    const segments = [...path, ...problem.segments];
    return { ...problem, segments, path: problem.path === '<nil>' ? problem.path : renderPath(segments) };
  });
  return [...problems, ...found];
}
