/**
 * What makes a schema structural (KEP-1111): every field has its type outside of alternatives, alternatives only
 * constrain, and nobody reasons about metadata. Paths are relative to the schema.
 */
import type { FieldPath } from '../validation/field-path.ts';
import { type FieldProblem, forbidden, invalid, required } from '../validation/field-problem.ts';
import { isFields } from '../validation/loose.ts';
import { completenessProblems } from './completeness-rules.ts';
import { nestedProblems } from './nested-rules.ts';
import { compilePattern } from './pattern.ts';
import { isEmbedded, itemSchemaOf, preservesUnknown, type StructuralSchema } from './structural-schema.ts';

type Level = 'root' | 'item' | 'field';

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Everything that keeps a schema from being structural. */
export function structuralProblems(schema: StructuralSchema): readonly FieldProblem[] {
  return [...invariants(schema, 'root', []), ...completenessProblems(schema)];
}

function invariants(schema: StructuralSchema, level: Level, path: FieldPath): readonly FieldProblem[] {
  const items = itemSchemaOf(schema);
  const values = schema.additionalProperties;
  const problems: FieldProblem[] = [];
  if (schema.type === 'array' && items === undefined)
    problems.push(required([...path, 'items'], 'must be specified'));
  if (items !== undefined) problems.push(...invariants(items, 'item', [...path, 'items']));
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    problems.push(...invariants(property, 'field', [...path, 'properties', { key: name }]));
  if (values !== undefined && level === 'root')
    problems.push(forbidden([...path, 'additionalProperties'], 'must not be used at the root'));
  if (isFields(values)) problems.push(...invariants(values, 'field', [...path, 'additionalProperties']));
  return [
    ...problems,
    ...extensionProblems(schema, path),
    ...valueProblems(schema, path, isIntOrStringAnyOf(schema), isIntOrStringAnyOf(schema.allOf?.[0])),
    ...typeProblems(schema, level, path),
    ...metadataProblems(schema, level, path),
  ];
}

function extensionProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  const why = 'must be false if x-kubernetes-int-or-string is true';
  return ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']
    .filter((name) => schema[name as keyof StructuralSchema] === true)
    .map((name) => invalid([...path, name], true, why));
}

function typeProblems(schema: StructuralSchema, level: Level, path: FieldPath): readonly FieldProblem[] {
  const { type = '' } = schema;
  const at = [...path, 'type'];
  const problems: FieldProblem[] = [];
  if (isEmbedded(schema) && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    problems.push(type === '' ? required(at, why) : invalid(at, type, why));
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && !preservesUnknown(schema)) {
    problems.push(required(at, missingType[level]));
  }
  if (isEmbedded(schema) && schema.additionalProperties !== undefined) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    problems.push(forbidden([...path, 'additionalProperties'], why));
  }
  if (level === 'root' && type !== '' && type !== 'object')
    problems.push(invalid(at, type, 'must be object at the root'));
  if (isEmbedded(schema) && !preservesUnknown(schema) && Object.keys(schema.properties ?? {}).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    problems.push(required([...path, 'properties'], why));
  }
  return problems;
}

/** apiVersion, kind and metadata of whole objects are Kubernetes'; of metadata only the name may be restricted. */
function metadataProblems(schema: StructuralSchema, level: Level, path: FieldPath): readonly FieldProblem[] {
  const whole = level === 'root' || isEmbedded(schema);
  const problems: FieldProblem[] = [];
  for (const name of ['kind', 'apiVersion']) {
    const property = schema.properties?.[name];
    if (whole && property !== undefined && property.type !== 'string')
      problems.push(
        invalid([...path, 'properties', { key: name }, 'type'], property.type ?? '', 'must be string'),
      );
  }
  const metadata = schema.properties?.['metadata'];
  if (metadata === undefined) return problems;
  const at = [...path, 'properties', { key: 'metadata' }];
  if (whole && metadata.type !== 'object')
    problems.push(invalid([...at, 'type'], metadata.type ?? '', 'must be object'));
  if (level === 'root' && !restrictsNameAlone(metadata)) {
    const why =
      'must not specify anything other than name and generateName, but metadata is implicitly specified';
    problems.push(forbidden(at, why));
  }
  return problems;
}

function restrictsNameAlone(metadata: StructuralSchema): boolean {
  const keys = Object.entries(metadata).filter(([, value]) => value !== undefined);
  if (keys.some(([key]) => key !== 'type' && key !== 'default' && key !== 'properties')) return false;
  return Object.keys(metadata.properties ?? {}).every((name) => name === 'name' || name === 'generateName');
}

/** The two forms in which alternatives may say types: `anyOf: [{type: integer}, {type: string}]`. */
function isIntOrStringAnyOf(schema: StructuralSchema | undefined): boolean {
  const [first, second, ...more] = schema?.anyOf ?? [];
  return isJustType(first, 'integer') && isJustType(second, 'string') && more.length === 0;
}

function isJustType(schema: StructuralSchema | undefined, type: string): boolean {
  return schema?.type === type && Object.keys(schema).length === 1;
}

/** Alternatives and the pattern of a schema. The two flags excuse the forms of `int-or-string`. */
function valueProblems(
  schema: StructuralSchema,
  path: FieldPath,
  excuseAnyOf: boolean,
  excuseFirstAllOf: boolean,
): readonly FieldProblem[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  const inner = (
    list: readonly StructuralSchema[],
    keyword: string,
    excuse: (index: number) => boolean,
  ): readonly FieldProblem[] =>
    list.flatMap((one, index) => alternative(one, [...path, keyword, index], excuse(index)));
  return [
    ...(excuseAnyOf ? [] : inner(anyOf, 'anyOf', () => false)),
    ...inner(allOf, 'allOf', (index) => excuseFirstAllOf && index === 0),
    ...inner(oneOf, 'oneOf', () => false),
    ...(not === undefined ? [] : alternative(not, [...path, 'not'], false)),
    ...patternProblems(pattern, path),
  ];
}

function patternProblems(pattern: string, path: FieldPath): readonly FieldProblem[] {
  const compiled = pattern === '' ? undefined : compilePattern(pattern);
  if (compiled === undefined || 'test' in compiled) return [];
  const why = `must be a valid regular expression, but isn't: ${compiled.problem}`;
  return [invalid([...path, 'pattern'], pattern, why)];
}

/** A schema inside of an alternative: it constrains what was described outside, and describes nothing itself. */
function alternative(
  schema: StructuralSchema,
  path: FieldPath,
  excuseAnyOf: boolean,
): readonly FieldProblem[] {
  const items = itemSchemaOf(schema);
  return [
    ...valueProblems(schema, path, excuseAnyOf, false),
    ...(items === undefined ? [] : alternative(items, [...path, 'items'], false)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      alternative(property, [...path, 'properties', { key: name }], false),
    ),
    ...nestedProblems(schema, path),
  ];
}
