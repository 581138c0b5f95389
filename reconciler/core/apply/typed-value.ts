/** What the walks over typed values share: narrowing, the path element of a list item, the order of merged lists. */
import { keyElement, type PathElement, valueElement } from './field-path.ts';
import type { ListShape } from './merge-shape.ts';

export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asMap(value: unknown): JsonMap | undefined {
  return isMap(value) ? value : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

export function isEmptyMap(map: JsonMap | undefined): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}

/** The element of an item of a set or keyed list, or in words why it has none. */
export function itemElement(
  shape: ListShape,
  item: unknown,
): { readonly element: PathElement } | { readonly problem: string } {
  if (shape.relation === 'set') {
    if (item === null)
      return { problem: "associative list without keys has an element that's an explicit null" };
    if (typeof item === 'object')
      return { problem: "associative list without keys has an element that's a map or list" };
    return { element: valueElement(item) };
  }
  if (item === null) return { problem: 'associative list with keys may not have a null element' };
  if (!isMap(item)) return { problem: 'associative list with keys may not have non-map elements' };
  const fields: [string, unknown][] = [];
  for (const key of shape.keys) {
    const value = item[key] === undefined ? shape.keyDefaults.get(key) : item[key];
    if (value === undefined) {
      return {
        problem: `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`,
      };
    }
    fields.push([key, value]);
  }
  return { element: keyElement(fields) };
}

/** Items by element, in order. One that has none is left out: nothing below it can be named. */
export function itemsByElement(
  shape: ListShape,
  list: readonly unknown[] | undefined,
): ReadonlyMap<PathElement, readonly unknown[]> {
  const items = new Map<PathElement, unknown[]>();
  for (const item of list ?? []) {
    const found = itemElement(shape, item);
    if (!('element' in found)) continue;
    const same = items.get(found.element);
    if (same === undefined) items.set(found.element, [item]);
    else same.push(item);
  }
  return items;
}
