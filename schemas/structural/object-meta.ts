/** Metadata of custom objects and of the objects inside of them: Kubernetes' ObjectMeta, whatever a schema says. */
import { walkConstraints } from '../validation/constraint-walk.ts';
import { meta } from '../validation/definition-names.ts';
import { type FieldPath, renderPath } from '../validation/field-path.ts';
import { type FieldProblem, forbidden, invalid, required } from '../validation/field-problem.ts';
import { formats } from '../validation/formats.ts';
import { fieldsOf, isEmpty, isFields, textOf } from '../validation/loose.ts';
import { schemaProblems } from '../validation/schema-problems.ts';
import {
  isEmbedded,
  itemSchemaOf,
  type StructuralSchema,
  typeAndMetadata,
  valueSchemaOf,
} from './structural-schema.ts';

const definition = meta('ObjectMeta');
/** What the server adds to a generateName. */
const generatedSuffix = 'xxxxx';

/** What is wrong with the metadata of a custom object; `namespaced` is undefined where nobody knows yet. */
export function objectMetaProblems(
  metadata: unknown,
  namespaced: boolean | undefined,
): readonly FieldProblem[] {
  const { name, generateName, namespace } = fieldsOf(metadata);
  const problems: FieldProblem[] = [];
  if (isEmpty(name) && isEmpty(generateName))
    problems.push(required(['metadata', 'name'], 'name or generateName is required'));
  problems.push(...nameProblems(name, generateName, ['metadata']));
  if (namespaced === true && isEmpty(namespace)) problems.push(required(['metadata', 'namespace']));
  if (namespaced === false && !isEmpty(namespace))
    problems.push(forbidden(['metadata', 'namespace'], 'not allowed on this type'));
  return [...problems, ...fieldProblems(metadata, ['metadata'])];
}

function nameProblems(name: unknown, generateName: unknown, base: FieldPath): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const named = textOf(name) ?? '';
  const wrong = named === '' ? undefined : formats.dns1123Subdomain(named);
  if (wrong !== undefined) problems.push(invalid([...base, 'name'], name, wrong));
  const prefix = textOf(generateName) ?? '';
  const wrongPrefix = prefix === '' ? undefined : formats.dns1123Subdomain(`${prefix}${generatedSuffix}`);
  if (wrongPrefix !== undefined) problems.push(invalid([...base, 'generateName'], generateName, wrongPrefix));
  return problems;
}

/** Types of the fields, labels, annotations, finalizers, owners. */
function fieldProblems(metadata: unknown, base: FieldPath): readonly FieldProblem[] {
  if (metadata === undefined) return [];
  const problems = schemaProblems(definition, metadata);
  walkConstraints(definition, metadata, problems);
  return problems.map((problem) => under(base, problem));
}

function under(base: FieldPath, problem: FieldProblem): FieldProblem {
  const segments = [...base, ...problem.segments];
  return { ...problem, segments, path: renderPath(segments) };
}

/** What is wrong with the objects inside of a value: `x-kubernetes-embedded-resource`. */
export function embeddedProblems(value: unknown, schema: StructuralSchema): readonly FieldProblem[] {
  if (!holdsEmbedded(schema)) return [];
  const problems: FieldProblem[] = [];
  walkEmbedded(value, schema, [], problems);
  return problems;
}

const holders = new WeakMap<StructuralSchema, boolean>();

/** Whether embedded objects may be found below: most schemas have none, and are not walked. */
function holdsEmbedded(schema: StructuralSchema): boolean {
  const known = holders.get(schema);
  if (known !== undefined) return known;
  const found = innerSchemas(schema).some((inner) => isEmbedded(inner) || holdsEmbedded(inner));
  holders.set(schema, found);
  return found;
}

function innerSchemas(schema: StructuralSchema): readonly StructuralSchema[] {
  const [items, values] = [itemSchemaOf(schema), valueSchemaOf(schema)];
  return [
    ...Object.values(schema.properties ?? {}),
    ...(items === undefined ? [] : [items]),
    ...(values === undefined || values === 'anything' ? [] : [values]),
  ];
}

function walkEmbedded(
  value: unknown,
  schema: StructuralSchema,
  path: FieldPath,
  problems: FieldProblem[],
): void {
  if (path.length > 0 && isEmbedded(schema) && isFields(value)) problems.push(...embeddedObject(value, path));
  if (!holdsEmbedded(schema)) return;
  const items = itemSchemaOf(schema);
  if (Array.isArray(value)) {
    if (items !== undefined)
      value.forEach((item: unknown, index) => walkEmbedded(item, items, [...path, index], problems));
    return;
  }
  if (!isFields(value)) return;
  const values = valueSchemaOf(schema);
  for (const [name, inner] of Object.entries(value)) {
    if (isEmbedded(schema) && typeAndMetadata.has(name)) continue;
    const property = schema.properties?.[name] ?? (values === 'anything' ? undefined : values);
    if (property !== undefined) walkEmbedded(inner, property, [...path, name], problems);
  }
}

function embeddedObject(object: Readonly<Record<string, unknown>>, path: FieldPath): FieldProblem[] {
  const { apiVersion, kind, metadata } = object;
  const problems: FieldProblem[] = [];
  for (const [name, value] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (isEmpty(value)) problems.push(required([...path, name], 'must not be empty'));
    else if (typeof value !== 'string') problems.push(invalid([...path, name], value, 'must be a string'));
  }
  if (typeof kind === 'string' && kind !== '' && formats.dns1035Label(kind.toLowerCase()) !== undefined) {
    const why = `may have mixed case, but should otherwise match: ${formats.dns1035Label(kind.toLowerCase()) ?? ''}`;
    problems.push(invalid([...path, 'kind'], kind, why));
  }
  const at = [...path, 'metadata'];
  if (metadata !== undefined && !isFields(metadata))
    return [...problems, invalid(at, metadata, 'must be an object')];
  const { name, generateName } = fieldsOf(metadata);
  return [...problems, ...nameProblems(name, generateName, at), ...fieldProblems(metadata, at)];
}
