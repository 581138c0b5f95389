/** What may not stand inside of `allOf`, `anyOf`, `oneOf` and `not`, with Kubernetes' words. */
import type { FieldPath } from '../validation/field-path.ts';
import { type FieldProblem, forbidden } from '../validation/field-problem.ts';
import type { StructuralSchema } from './structural-schema.ts';

const forbiddenKeywords: readonly (readonly [keyof StructuralSchema, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['externalDocs', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

/** The problems of one schema inside of an alternative; those of the schemas inside of it are the caller's. */
export function nestedProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const problems = forbiddenKeywords
    .filter(([keyword]) => isSet(schema[keyword]))
    .map(([keyword, why]) => forbidden([...path, keyword], why));
  if (schema.properties?.['metadata'] === undefined) return problems;
  const at = [...path, 'properties', { key: 'metadata' }];
  return [...problems, forbidden(at, 'must not be specified in a nested context')];
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === false || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}
