/** What is wrong with a custom object: metadata, its schema, the objects inside of it, the fields that scale uses. */
import type { FieldProblem } from '../validation/field-problem.ts';
import { fieldsOf, type Fields } from '../validation/loose.ts';
import { embeddedProblems, objectMetaProblems } from './object-meta.ts';
import { type ScalePaths, scaleProblems } from './scale-paths.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { valueProblems } from './value-problems.ts';

/** What a version of a CustomResourceDefinition says of its objects. */
export interface CustomKind {
  readonly namespaced: boolean;
  readonly schema: StructuralSchema;
  /** Present where the version has the scale subresource. */
  readonly scale?: ScalePaths;
}

/** Every problem of a pruned object with its defaults, in kube-apiserver's order: metadata, schema, scale. */
export function validateCustomObject(object: object, kind: CustomKind): readonly FieldProblem[] {
  return [
    ...objectMetaProblems(fieldsOf(object)['metadata'], kind.namespaced),
    ...schemaProblemsOf(object, kind.schema),
    ...(kind.scale === undefined ? [] : scaleProblems(object, kind.scale)),
  ];
}

/** The problems of the status alone, for a write to its subresource. */
export function validateCustomStatus(object: object, kind: CustomKind): readonly FieldProblem[] {
  const { status } = object as Fields;
  const schema = kind.schema.properties?.['status'];
  const problems =
    status === undefined || schema === undefined ? [] : valueProblems(status, schema, ['status']);
  return [...problems, ...(kind.scale === undefined ? [] : scaleProblems(object, kind.scale))];
}

function schemaProblemsOf(object: object, schema: StructuralSchema): readonly FieldProblem[] {
  return [...embeddedProblems(object, schema), ...valueProblems(object, schema, [])];
}
