/** The set of the fields that a value has: every leaf, every entry of a map, every item of a merging list. */
import { fieldElement, type PathElement } from './field-path.ts';
import { emptySet, type FieldNode, type FieldSet, leafNode } from './field-set.ts';
import { type MapShape, type Shape, shapeOfEntry, shapeOfValue } from './merge-shape.ts';
import { asList, asMap, isEmptyMap, isMap, itemsByElement, type JsonMap } from './typed-value.ts';

/** The fields of a whole object. A struct is not a member itself, unless it is empty or null. */
export function extractFields(object: object, shape: MapShape): FieldSet {
  return entriesOf(object as JsonMap, shape);
}

function entriesOf(map: JsonMap, shape: MapShape): FieldSet {
  const set = new Map<PathElement, FieldNode>();
  for (const name in map) {
    const value = map[name];
    if (value === undefined) continue;
    const below = fieldsOf(value, shapeOfEntry(shape, name));
    const member =
      below === 'leaf' || !shape.fields.has(name) || value === null || (isMap(value) && isEmptyMap(value));
    const children = below === 'leaf' ? emptySet : below;
    if (member || children.size > 0)
      set.set(fieldElement(name), children.size === 0 ? leafNode : { member, children });
  }
  return set.size === 0 ? emptySet : set;
}

function fieldsOf(value: unknown, declared: Shape): FieldSet | 'leaf' {
  const shape = shapeOfValue(declared, value);
  if (shape.kind === 'leaf') return 'leaf';
  if (shape.kind === 'map') {
    const map = asMap(value);
    if (shape.atomic) return 'leaf';
    return map === undefined ? emptySet : entriesOf(map, shape);
  }
  if (shape.relation === 'atomic') return 'leaf';
  const set = new Map<PathElement, FieldNode>();
  for (const [element, items] of itemsByElement(shape, asList(value))) {
    // Of items with the same key none can be told from the other: they are owned together, and nothing below them.
    const below = items.length === 1 ? fieldsOf(items[0], shape.items) : 'leaf';
    set.set(element, below === 'leaf' || below.size === 0 ? leafNode : { member: true, children: below });
  }
  return set.size === 0 ? emptySet : set;
}
