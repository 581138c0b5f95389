/** What apiextensions takes of OpenAPI v3 besides structure: keywords, list and map types, what is not built here. */
import type { FieldPath } from '../validation/field-path.ts';
import { type FieldProblem, forbidden, invalid, required, unsupported } from '../validation/field-problem.ts';
import { isFields } from '../validation/loose.ts';
import { listTypeProblems } from './list-type-rules.ts';
import { isEmbedded, itemSchemaOf, type StructuralSchema, typeAndMetadata } from './structural-schema.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Where the walk is: whether defaults are forbidden, and whether this is metadata of a whole object. */
interface Place {
  readonly path: FieldPath;
  readonly noDefault: string | undefined;
  readonly insideMeta: boolean;
}

/** Keywords of which Kubernetes' own structural schemas cannot be made: their presence hides every other rule. */
const unsupportedKeywords = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
] as const;

/** The problems of a whole schema, paths relative to it. */
export function openApiProblems(schema: StructuralSchema): readonly FieldProblem[] {
  return walk(schema, { path: [], noDefault: undefined, insideMeta: false }, true);
}

/** Whether a keyword is there that no structural schema can have. */
export function hasUnsupported(schema: StructuralSchema): boolean {
  return (
    unsupportedKeywords.some((keyword) => isPresent(schema[keyword])) ||
    Array.isArray(schema.items) ||
    innerSchemas(schema, []).some(([inner]) => hasUnsupported(inner))
  );
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== '' && !(isFields(value) && Object.keys(value).length === 0);
}

function walk(schema: StructuralSchema, place: Place, isRoot: boolean): readonly FieldProblem[] {
  const problems = [
    ...keywordProblems(schema, place),
    ...listTypeProblems(schema, place.path),
    ...mapTypeProblems(schema, place.path),
    ...ruleProblems(schema, place.path),
  ];
  for (const [inner, path] of innerSchemas(schema, place.path))
    problems.push(...walk(inner, { ...place, ...placeOf(schema, path, place, isRoot), path }, false));
  return problems;
}

/** Defaults are forbidden in the metadata of the root, and in maps of any metadata: pruning could not tell them. */
function placeOf(schema: StructuralSchema, path: FieldPath, place: Place, isRoot: boolean): Partial<Place> {
  const last = path.at(-1);
  if (last === 'additionalProperties' && place.insideMeta)
    return { noDefault: 'inside additionalProperties applying to object metadata' };
  const property = typeof last === 'object' && path.at(-2) === 'properties' ? last.key : undefined;
  if (property === undefined || !typeAndMetadata.has(property) || !(isRoot || isEmbedded(schema))) return {};
  return isRoot ? { insideMeta: true, noDefault: `in top-level ${property}` } : { insideMeta: true };
}

function innerSchemas(
  schema: StructuralSchema,
  path: FieldPath,
): readonly (readonly [StructuralSchema, FieldPath])[] {
  const { allOf = [], anyOf = [], oneOf = [], not, additionalProperties: values } = schema;
  const items = itemSchemaOf(schema);
  return [
    ...Object.entries(schema.properties ?? {}).map(
      ([name, inner]) => [inner, [...path, 'properties', { key: name }]] as const,
    ),
    ...(isFields(values) ? [[values as StructuralSchema, [...path, 'additionalProperties']] as const] : []),
    ...(items === undefined ? [] : [[items, [...path, 'items']] as const]),
    ...(not === undefined ? [] : [[not, [...path, 'not']] as const]),
    ...Object.entries({ allOf, anyOf, oneOf }).flatMap(([keyword, list]) =>
      list.map((inner, index) => [inner, [...path, keyword, index]] as const),
    ),
  ];
}

function keywordProblems(schema: StructuralSchema, place: Place): FieldProblem[] {
  const { path } = place;
  const { type = '' } = schema;
  const problems: FieldProblem[] = unsupportedKeywords
    .filter((keyword) => isPresent(schema[keyword]))
    .map((keyword) => forbidden([...path, keyword], `${keyword} is not supported`));
  if (type !== '' && !types.includes(type)) problems.push(unsupported([...path, 'type'], type, types));
  if (type === 'null') {
    const why = 'type cannot be set to null, use nullable as an alternative';
    problems.push(forbidden([...path, 'type'], why));
  }
  if (schema.default !== undefined && place.noDefault !== undefined)
    problems.push(forbidden([...path, 'default'], `must not be set ${place.noDefault}`));
  if (Array.isArray(schema.items))
    problems.push(forbidden([...path, 'items'], 'items must be a schema object and not an array'));
  if (place.insideMeta && isEmbedded(schema)) {
    const at = [...path, 'x-kubernetes-embedded-resource'];
    problems.push(forbidden(at, 'must not be used inside of resource meta'));
  }
  if (schema.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    problems.push(forbidden([...path, 'uniqueItems'], why));
  }
  const values = schema.additionalProperties;
  if (Object.keys(schema.properties ?? {}).length > 0 && (values === false || isFields(values))) {
    const why = 'additionalProperties and properties are mutual exclusive';
    problems.push(forbidden([...path, 'additionalProperties'], why));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = [...path, 'x-kubernetes-preserve-unknown-fields'];
    problems.push(invalid(at, false, 'must be true or undefined'));
  }
  return problems;
}

function mapTypeProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const { type = '' } = schema;
  const why = 'must be object if x-kubernetes-map-type is specified';
  const at = [...path, 'type'];
  const known = ['atomic', 'granular'];
  return [
    ...(type === 'object' ? [] : [type === '' ? required(at, why) : invalid(at, type, why)]),
    ...(known.includes(mapType) ? [] : [unsupported([...path, 'x-kubernetes-map-type'], mapType, known)]),
  ];
}

/** Rules in CEL would be stored and never be obeyed: refused until they are. */
function ruleProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const why = 'validation rules in CEL are not built yet; leave them out, and let the schema say what it can';
  return [forbidden([...path, 'x-kubernetes-validations'], why)];
}
