/** How custom objects merge under server-side apply: from the list and map types of their structural schemas. */
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import {
  isEmbedded,
  itemSchemaOf,
  preservesUnknown,
  type StructuralSchema,
  valueSchemaOf,
} from '../../../schemas/structural/structural-schema.ts';
import type { CustomMerge } from '../apply/custom-merge.ts';
import { type ListShape, type MapShape, metadataShape, type Shape } from '../apply/merge-shape.ts';
import { hasStatusSubresource, isCustom } from '../registry/halves.ts';
import { definitionOf, type ObjectSource, schemaOf, versionOf } from './definition.ts';

const leaf = { kind: 'leaf' } as const;
const deduced = { kind: 'deduced' } as const;
const shapes = new WeakMap<StructuralSchema, MapShape>();

/** What `applyConfiguration` and `updateManagedFields` have to know of a custom kind; undefined for a built-in one. */
export function customMergeOf(info: KindInfo, view: ObjectSource): CustomMerge | undefined {
  if (!isCustom(info)) return undefined;
  const definition = definitionOf(info, view);
  const version = versionOf(definition, info.version);
  if (version === undefined) return undefined;
  const apiVersions = definition.spec.versions.map(({ name }) =>
    apiVersionOf({ group: info.group, version: name }),
  );
  return {
    shape: mergeShapeOf(schemaOf(version)),
    hasStatus: hasStatusSubresource(info),
    apiVersions: new Set(apiVersions),
  };
}

/** The shape of whole objects of a schema; the same one each time. */
export function mergeShapeOf(schema: StructuralSchema): MapShape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const { fields, entries } = mapShape(schema);
  const shape: MapShape = {
    kind: 'map',
    atomic: false,
    fields: new Map([...fields, ...wholeObjectFields()]),
    entries,
    present: ['metadata'],
  };
  shapes.set(schema, shape);
  return shape;
}

function wholeObjectFields(): readonly (readonly [string, Shape])[] {
  return [
    ['apiVersion', leaf],
    ['kind', leaf],
    ['metadata', metadataShape()],
  ];
}

function shapeOf(schema: StructuralSchema): Shape {
  if (schema['x-kubernetes-int-or-string'] === true) return leaf;
  if (schema.type === 'array') return listShape(schema);
  if (schema.type === 'object') return isOpen(schema) ? deduced : mapShape(schema);
  return schema.type === undefined || schema.type === '' ? deduced : leaf;
}

/** Nothing is described inside, and nothing is refused: maps merge by entry, whatever they hold. */
function isOpen(schema: StructuralSchema): boolean {
  return (
    preservesUnknown(schema) &&
    !isEmbedded(schema) &&
    schema.properties === undefined &&
    schema['x-kubernetes-map-type'] !== 'atomic'
  );
}

function mapShape(schema: StructuralSchema): MapShape {
  const values = valueSchemaOf(schema);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [name, shapeOf(inner)] as const,
  );
  const open = values === 'anything' || preservesUnknown(schema);
  return {
    kind: 'map',
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    fields: new Map([...fields, ...(isEmbedded(schema) ? wholeObjectFields() : [])]),
    entries: values !== undefined && values !== 'anything' ? shapeOf(values) : open ? deduced : undefined,
    present: [],
  };
}

/** Lists are atomic unless the schema says otherwise. */
function listShape(schema: StructuralSchema): ListShape {
  const items = itemSchemaOf(schema);
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort();
  const keyDefaults = new Map(
    keys.flatMap((key): [string, unknown][] => {
      const value = items?.properties?.[key]?.default;
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const type = schema['x-kubernetes-list-type'];
  return {
    kind: 'list',
    relation: type === 'map' ? 'keyed' : type === 'set' ? 'set' : 'atomic',
    items: items === undefined ? deduced : shapeOf(items),
    keys: type === 'map' ? keys : [],
    keyDefaults: type === 'map' ? keyDefaults : new Map(),
  };
}
