/** A value without the fields of a set; and the set with the structs that its fields stand in. */
import { fieldElement, fieldNameOf, type PathElement } from './field-path.ts';
import { emptySet, type FieldNode, type FieldSet } from './field-set.ts';
import { type MapShape, type Shape, shapeOfEntry, shapeOfValue } from './merge-shape.ts';
import { isEmptyMap, isMap, itemElement, type JsonMap } from './typed-value.ts';

/**
 * A member goes with all that is below it. A container that loses its last entry becomes null, which tells it
 * from one that was removed itself. The very value where nothing goes.
 */
export function removeFields<T>(value: T, set: FieldSet, shape: MapShape): T {
  return remove(value, set, shape) as T;
}

function remove(value: unknown, set: FieldSet, declared: Shape): unknown {
  if (set.size === 0) return value;
  const shape = shapeOfValue(declared, value);
  if (shape.kind === 'leaf') return value;
  if (shape.kind === 'map') return isMap(value) && !shape.atomic ? removeEntries(value, set, shape) : null;
  if (!Array.isArray(value) || shape.relation === 'atomic') return null;
  const list = value as readonly unknown[];
  const result: unknown[] = [];
  for (const item of list) {
    const found = itemElement(shape, item);
    const node = 'element' in found ? set.get(found.element) : undefined;
    if (node?.member !== true)
      result.push(node === undefined ? item : remove(item, node.children, shape.items));
  }
  if (result.length === 0) return null;
  return result.length === list.length && result.every((item, index) => item === list[index]) ? list : result;
}

function removeEntries(map: JsonMap, set: FieldSet, shape: MapShape): JsonMap | null {
  const result: Record<string, unknown> = {};
  let same = true;
  for (const name in map) {
    const node = set.get(fieldElement(name));
    if (node?.member === true) {
      same = false;
      continue;
    }
    const kept = node === undefined ? map[name] : remove(map[name], node.children, shapeOfEntry(shape, name));
    if (kept !== map[name]) same = false;
    result[name] = kept;
  }
  if (same) return map;
  return isEmptyMap(result) ? null : result;
}

/** The set, and every named field of a struct that has members below it: `spec` for `spec.replicas`. */
export function withNamedFields(set: FieldSet, declared: Shape): FieldSet {
  if (set.size === 0) return set;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of set) {
    const name = fieldNameOf(element);
    const map = declared.kind === 'map' ? declared : undefined;
    const named = name !== undefined && map?.fields.has(name) === true;
    const children = withNamedFields(node.children, shapeBelow(declared, name));
    result.set(element, { member: node.member || (named && children.size > 0), children });
  }
  return result.size === 0 ? emptySet : result;
}

const anything: Shape = { kind: 'deduced' };

function shapeBelow(shape: Shape, name: string | undefined): Shape {
  if (shape.kind === 'map') return name === undefined ? anything : shapeOfEntry(shape, name);
  return shape.kind === 'list' ? shape.items : anything;
}
