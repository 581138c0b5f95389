/** How each value of an object merges, compiled from the merge types of the schemas, and what is no schema's. */
import { kindByGvk } from '../../../schemas/kinds.ts';
import { type MergeType, mergeTypeOf, type StructField } from '../../../schemas/merge.ts';

/** `leaf`: owned as a whole. `deduced`: by its value, maps by entry and lists as a whole. */
export type Shape = { readonly kind: 'leaf' } | { readonly kind: 'deduced' } | MapShape | ListShape;

/** A shape that a value has. */
export type KnownShape = Exclude<Shape, { readonly kind: 'deduced' }>;

export interface MapShape {
  readonly kind: 'map';
  /** Owned and replaced as a whole. */
  readonly atomic: boolean;
  /** Named fields. */
  readonly fields: ReadonlyMap<string, Shape>;
  /** Other entries; undefined where the named fields are all there are. */
  readonly entries: Shape | undefined;
  /** Fields that are always there in Kubernetes' own memory: a struct that Go does not omit when empty. */
  readonly present: readonly string[];
}

export interface ListShape {
  readonly kind: 'list';
  readonly relation: 'atomic' | 'set' | 'keyed';
  readonly items: Shape;
  /** Sorted. */
  readonly keys: readonly string[];
  /** What a missing key counts as. */
  readonly keyDefaults: ReadonlyMap<string, unknown>;
}

const leaf = { kind: 'leaf' } as const;
const deduced = { kind: 'deduced' } as const;
const noFields: ReadonlyMap<string, Shape> = new Map();
const noDefaults: ReadonlyMap<string, unknown> = new Map();
const deducedMap: MapShape = { kind: 'map', atomic: false, fields: noFields, entries: deduced, present: [] };
const atomicList: ListShape = {
  kind: 'list',
  relation: 'atomic',
  items: deduced,
  keys: [],
  keyDefaults: noDefaults,
};

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
/** Lists that Go writes as null when empty, and that a creation meets: they are required and not behind a pointer. */
const presentLists: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.core.v1.PodSpec': ['containers'],
};

const compiled = new Map<string, Shape>();
let anyObject: MapShape | undefined;

/** The shape of a whole object. A kind without merge types is deduced, but for its metadata. */
export function shapeOfKind(apiVersion: string, kind: string): MapShape {
  const info = kindByGvk(apiVersion, kind);
  const shape = info === undefined ? deduced : shapeOfDefinition(info.definition);
  if (shape.kind === 'map') return shape;
  anyObject ??= {
    ...deducedMap,
    fields: new Map<string, Shape>([
      ['apiVersion', leaf],
      ['kind', leaf],
      ['metadata', metadataShape()],
    ]),
    present: ['metadata'],
  };
  return anyObject;
}

/** The shape of metadata, which is Kubernetes' in every kind. */
export function metadataShape(): Shape {
  return shapeOfDefinition(objectMeta);
}

/** `shape`, or what it is deduced to be for this value. A null is deduced to be a map. */
export function shapeOfValue(shape: Shape, value: unknown): KnownShape {
  if (shape.kind !== 'deduced') return shape;
  if (Array.isArray(value)) return atomicList;
  return typeof value === 'object' ? deducedMap : leaf;
}

/** The shape of a map's entry; one that a struct does not name is deduced. */
export function shapeOfEntry(map: MapShape, name: string): Shape {
  return map.fields.get(name) ?? map.entries ?? deduced;
}

/**
 * The object that a creation is compared with: Kubernetes' empty struct, in which some structs and lists are there
 * without a value, so that a creator does not own them as containers.
 */
export function emptyObject(shape: MapShape): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    shape.present.map((name) => {
      const field = shape.fields.get(name);
      return [name, field?.kind === 'map' ? emptyObject(field) : null];
    }),
  );
}

function shapeOfDefinition(definition: string): Shape {
  const known = compiled.get(definition);
  if (known !== undefined) return known;
  const type = mergeTypeOf(definition);
  if (type === undefined) return deduced;
  if (typeof type === 'object' && 'struct' in type)
    return compileStruct(type.struct, type.atomic ?? false, definition);
  const shape = compile(type);
  compiled.set(definition, shape);
  return shape;
}

function compile(type: MergeType): Shape {
  if (type === 'deduced') return deduced;
  if (typeof type === 'string') return leaf;
  if ('ref' in type) {
    const shape = shapeOfDefinition(type.ref);
    return type.atomic === true && shape.kind === 'map' ? { ...shape, atomic: true } : shape;
  }
  if ('list' in type) return atomicList;
  if ('set' in type)
    return { kind: 'list', relation: 'set', items: compile(type.set), keys: [], keyDefaults: noDefaults };
  if ('keyed' in type) return compileKeyed(type.keyed, type.keys);
  if ('map' in type) return { ...deducedMap, atomic: type.atomic ?? false, entries: compile(type.map) };
  return compileStruct(type.struct, type.atomic ?? false, undefined);
}

/** Known by its name before its fields are compiled: some definitions contain themselves. */
function compileStruct(
  struct: Readonly<Record<string, StructField>>,
  atomic: boolean,
  definition: string | undefined,
): Shape {
  const fields = new Map<string, Shape>();
  const present = [...(presentLists[definition ?? ''] ?? [])];
  const shape: MapShape = { kind: 'map', atomic, fields, entries: undefined, present };
  if (definition !== undefined) compiled.set(definition, shape);
  for (const [name, field] of Object.entries(struct)) {
    fields.set(name, compile(field.type));
    if (typeof field.default === 'object' && field.default !== null) present.push(name);
  }
  return shape;
}

function compileKeyed(items: MergeType, keys: readonly string[]): ListShape {
  const struct = typeof items === 'object' && 'ref' in items ? mergeTypeOf(items.ref) : items;
  const fields = typeof struct === 'object' && 'struct' in struct ? struct.struct : {};
  const defaults = keys.flatMap((key): [string, unknown][] => {
    const value = fields[key]?.default;
    return value === undefined ? [] : [[key, value]];
  });
  return {
    kind: 'list',
    relation: 'keyed',
    items: compile(items),
    keys: [...keys].sort(),
    keyDefaults: new Map(defaults),
  };
}
