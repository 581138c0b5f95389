/**
 * What a structural schema does not name is dropped (pruning), and told to those who ask for it. Unchanged parts of an
 * object are shared with the result, and an object in which nothing is unknown is given back itself.
 */
import { renderPath } from '../validation/field-path.ts';
import { isFields, type Fields } from '../validation/loose.ts';
import { objectMetaFields } from './object-meta-fields.ts';
import {
  asRoot,
  isEmbedded,
  itemSchemaOf,
  preservesUnknown,
  type StructuralSchema,
  typeAndMetadata,
  valueSchemaOf,
} from './structural-schema.ts';

/** Steps to unknown fields, where somebody wants to know. */
type Found = ((path: readonly (string | number)[]) => void) | undefined;

interface Walk {
  readonly path: (string | number)[];
  readonly found: Found;
}

/** A custom object without the fields that its schema and Kubernetes' metadata do not have. */
export function prune<T extends object>(object: T, schema: StructuralSchema): T {
  return pruneValue(object, asRoot(schema), { path: [], found: undefined }) as T;
}

/** A value inside of an object (a default) without unknown fields. */
export function pruneInside(value: unknown, schema: StructuralSchema): unknown {
  return pruneValue(value, schema, { path: [], found: undefined });
}

/** The fields that `prune` drops, sorted: `spec.foo`, `spec.list[0].bar`, `metadata.foo`. */
export function unknownFields(object: object, schema: StructuralSchema): readonly string[] {
  return unknownPaths(object, schema)
    .map((path) => renderPath(path))
    .sort();
}

/** The same fields in steps, in the order of the object. */
export function unknownPaths(
  object: object,
  schema: StructuralSchema,
): readonly (readonly (string | number)[])[] {
  const paths: (readonly (string | number)[])[] = [];
  pruneValue(object, asRoot(schema), { path: [], found: (path) => paths.push([...path]) });
  return paths;
}

/** `schema` is undefined where nothing is described: of a map nothing is left then. */
function pruneValue(value: unknown, schema: StructuralSchema | undefined, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema !== undefined && preservesUnknown(schema)) return prunePreserved(value, schema, walk);
  if (Array.isArray(value)) {
    const items = schema === undefined ? undefined : itemSchemaOf(schema);
    return mapList(value, walk, (item) => pruneValue(item, items, walk));
  }
  const embedded = schema !== undefined && isEmbedded(schema);
  return mapFields(value as Fields, walk, (name, inner) => {
    if (embedded && typeAndMetadata.has(name)) return pruneMeta(name, inner, walk);
    const property = propertyOf(schema, name);
    if (property !== undefined) return pruneValue(inner, property, walk);
    const values = schema === undefined ? undefined : valueSchemaOf(schema);
    if (values === undefined) return unknown;
    // `additionalProperties: true` lets values of any kind stand, and describes nothing inside of them.
    return pruneValue(inner, values === 'anything' ? undefined : values, walk);
  });
}

/** Below `x-kubernetes-preserve-unknown-fields` all stays, but what is described is pruned again. */
function prunePreserved(value: object, schema: StructuralSchema, walk: Walk): unknown {
  if (Array.isArray(value)) {
    const items = itemSchemaOf(schema);
    if (items === undefined) return value;
    return mapList(value, walk, (item) =>
      typeof item === 'object' && item !== null ? prunePreserved(item, items, walk) : item,
    );
  }
  const values = valueSchemaOf(schema);
  return mapFields(value as Fields, walk, (name, inner) => {
    if (isEmbedded(schema) && typeAndMetadata.has(name)) return pruneMeta(name, inner, walk);
    const property = propertyOf(schema, name);
    if (property !== undefined) return pruneValue(inner, property, walk);
    return values === undefined || values === 'anything' ? inner : pruneValue(inner, values, walk);
  });
}

/** Metadata has the fields that Kubernetes gives it, whatever the schema says. */
function pruneMeta(name: string, value: unknown, walk: Walk): unknown {
  if (name !== 'metadata' || !isFields(value)) return value;
  return mapFields(value, walk, (field, inner) => (objectMetaFields().has(field) ? inner : unknown));
}

function propertyOf(schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

const unknown = Symbol('unknown field');

function mapFields(fields: Fields, walk: Walk, change: (name: string, value: unknown) => unknown): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const before = fields[name];
    walk.path.push(name);
    const after = change(name, before);
    if (after === unknown) walk.found?.(walk.path);
    walk.path.pop();
    if (after === before) continue;
    copy ??= { ...fields };
    if (after === unknown) delete copy[name];
    else copy[name] = after;
  }
  return copy ?? fields;
}

function mapList(
  list: readonly unknown[],
  walk: Walk,
  change: (item: unknown) => unknown,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, before] of list.entries()) {
    walk.path.push(index);
    const after = change(before);
    walk.path.pop();
    if (after === before) continue;
    copy ??= [...list];
    copy[index] = after;
  }
  return copy ?? list;
}
