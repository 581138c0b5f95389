/** Server-side apply's types in a compact form, and the patch keys of strategic merge patch. */
import type { MergeType, PatchField, StructField } from '../merge.ts';
import { type OpenApi, byName, isStableDefinition, stableDefinitions } from './openapi.ts';

interface SourceType {
  readonly scalar?: string;
  readonly namedType?: string;
  readonly list?: {
    readonly elementType: SourceType;
    readonly elementRelationship: 'atomic' | 'associative';
    readonly keys?: readonly string[];
  };
  readonly map?: {
    readonly fields?: readonly SourceField[];
    readonly elementType?: SourceType;
    readonly elementRelationship?: 'atomic' | 'separable';
  };
  readonly elementRelationship?: 'atomic' | 'separable';
}

interface SourceField {
  readonly name: string;
  readonly type: SourceType;
  readonly default?: unknown;
}

export interface StructuredMerge {
  readonly types: readonly (SourceType & { readonly name: string })[];
}

/** Definition name to its merge type, and to its strategic-merge-patch fields. */
export function mergeDocument(openapi: OpenApi, source: StructuredMerge): Readonly<Record<string, unknown>> {
  const types = source.types
    .filter(({ name }) => isStableDefinition(name))
    .map((type): [string, MergeType] => [type.name, mergeType(type)]);
  return { types: Object.fromEntries(types.sort(byName)), patch: patchFields(openapi) };
}

function mergeType(type: SourceType): MergeType {
  if (type.namedType !== undefined) return reference(type.namedType, type.elementRelationship);
  if (type.scalar !== undefined) return scalarOrAnything(type);
  if (type.list !== undefined) return listType(type.list);
  if (type.map === undefined) throw new Error(`cannot read the merge type ${JSON.stringify(type)}`);
  const { fields, elementType, elementRelationship } = type.map;
  const whole = elementRelationship === 'atomic' ? { atomic: true } : {};
  if (elementType !== undefined) return { map: mergeType(elementType), ...whole };
  const entries = (fields ?? []).map((field): [string, StructField] => [field.name, structField(field)]);
  return { struct: Object.fromEntries(entries.sort(byName)), ...whole };
}

/** A reference may change how its target merges: an ObjectReference is atomic, a volume's claimRef is not. */
function reference(ref: string, relationship: SourceType['elementRelationship']): MergeType {
  return relationship === undefined ? { ref } : { ref, atomic: relationship === 'atomic' };
}

/** Untyped values that may also be maps and lists: free-form JSON, merged by key or owned as a whole. */
function scalarOrAnything(type: SourceType): MergeType {
  if (type.map === undefined) return 'scalar';
  return type.map.elementRelationship === 'atomic' ? 'untyped' : 'deduced';
}

function listType(list: NonNullable<SourceType['list']>): MergeType {
  const items = mergeType(list.elementType);
  if (list.elementRelationship === 'atomic') return { list: items };
  return list.keys === undefined ? { set: items } : { keyed: items, keys: list.keys };
}

function structField(field: SourceField): StructField {
  const type = mergeType(field.type);
  return field.default === undefined ? { type } : { type, default: field.default };
}

function patchFields(openapi: OpenApi): Readonly<Record<string, Readonly<Record<string, PatchField>>>> {
  const definitions = stableDefinitions(openapi).flatMap(([name, schema]) => {
    const fields = Object.entries(schema.properties ?? {}).flatMap(([field, property]) => {
      const strategy = property['x-kubernetes-patch-strategy'];
      const mergeKey = property['x-kubernetes-patch-merge-key'];
      if (strategy === undefined && mergeKey === undefined) return [];
      const strategies = (strategy?.split(',') ?? []) as PatchField['strategies'];
      return [[field, { strategies, ...(mergeKey === undefined ? {} : { mergeKey }) }] as const];
    });
    return fields.length === 0 ? [] : [[name, Object.fromEntries(fields.sort(byName))] as const];
  });
  return Object.fromEntries(definitions);
}
