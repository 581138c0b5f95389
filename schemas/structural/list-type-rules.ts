/** `x-kubernetes-list-type` and its keys: what makes a list a set or a map for server-side apply. */
import type { FieldPath } from '../validation/field-path.ts';
import { type FieldProblem, forbidden, invalid, required, unsupported } from '../validation/field-problem.ts';
import { itemSchemaOf, type StructuralSchema } from './structural-schema.ts';

const listTypes = ['atomic', 'set', 'map'];

/** The problems of a schema's list type, none where it has none. */
export function listTypeProblems(schema: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = [...path, 'x-kubernetes-list-type'];
  const problems: FieldProblem[] = [];
  if (listType !== undefined) problems.push(...typeProblems(schema, listType, path));
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    problems.push(listType === undefined ? required(at, why) : invalid(at, listType, why));
  }
  if (listType === 'map') problems.push(...mapProblems(schema, keys, path));
  return problems;
}

function typeProblems(schema: StructuralSchema, listType: string, path: FieldPath): FieldProblem[] {
  const { type = '' } = schema;
  const problems: FieldProblem[] = [];
  const items = itemSchemaOf(schema);
  if (type !== 'array') {
    const why = 'must be array if x-kubernetes-list-type is specified';
    problems.push(type === '' ? required([...path, 'type'], why) : invalid([...path, 'type'], type, why));
  } else if (listType === 'set' && items !== undefined) {
    problems.push(...setItemProblems(items, [...path, 'items']));
  }
  if (!listTypes.includes(listType))
    problems.push(unsupported([...path, 'x-kubernetes-list-type'], listType, listTypes));
  if ((listType === 'set' || listType === 'map') && items?.nullable === true) {
    const why = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    problems.push(forbidden([...path, 'items', 'nullable'], why));
  }
  return problems;
}

/** Items of a set are compared whole. */
function setItemProblems(items: StructuralSchema, path: FieldPath): readonly FieldProblem[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const inner = items['x-kubernetes-list-type'];
  if (items.type === 'array' && inner !== undefined && inner !== 'atomic')
    return [invalid([...path, 'x-kubernetes-list-type'], inner, why)];
  if (items.type !== 'object' || items['x-kubernetes-map-type'] === 'atomic') return [];
  return [invalid([...path, 'x-kubernetes-map-type'], items['x-kubernetes-map-type'] ?? null, why)];
}

function mapProblems(schema: StructuralSchema, keys: readonly string[], path: FieldPath): FieldProblem[] {
  const at = [...path, 'x-kubernetes-list-map-keys'];
  const items = itemSchemaOf(schema);
  const problems: FieldProblem[] = [];
  if (keys.length === 0) problems.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (schema.items === undefined) {
    problems.push(required([...path, 'items'], 'must have a schema if x-kubernetes-list-type is map'));
  } else if (items === undefined) {
    const why = 'must only have a single schema if x-kubernetes-list-type is map';
    problems.push(invalid([...path, 'items'], schema.items, why));
  } else if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    problems.push(invalid([...path, 'items', 'type'], items.type ?? '', why));
  }
  if (items === undefined) return problems;
  return [...problems, ...keyProblems(items, keys, path)];
}

function keyProblems(items: StructuralSchema, keys: readonly string[], path: FieldPath): FieldProblem[] {
  const at = [...path, 'x-kubernetes-list-map-keys'];
  const problems: FieldProblem[] = [];
  for (const [index, key] of keys.entries()) {
    const property = items.properties?.[key];
    const inner = [...path, 'items', 'properties', { key }];
    if (items.type === 'object') {
      if (property === undefined)
        problems.push(invalid(at, keys, 'entries must all be names of item properties'));
      if (property?.type === 'array' || property?.type === 'object') {
        const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
        problems.push(invalid([...inner, 'type'], items.type, why));
      }
      if (keys.indexOf(key) < index) problems.push(invalid(at, keys, 'must not contain duplicate entries'));
    }
    if (property === undefined) continue;
    if (items.required?.includes(key) !== true && property.default === undefined) {
      const why =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      problems.push(required([...inner, 'default'], why));
    }
    if (property.nullable === true) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      problems.push(forbidden([...inner, 'nullable'], why));
    }
  }
  return problems;
}
