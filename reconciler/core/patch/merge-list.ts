/** Lists of strategic merge patch that merge: scalars as a set, objects by their key. */
import { isObject, type JsonObject } from './json-value.ts';
import { goText, hasDirective, patchDirective, withoutDirectives } from './patch-directives.ts';
import { inapplicablePatch, malformedPatch } from './patch-error.ts';
import type { PatchSchema } from './patch-schema.ts';

type List = readonly unknown[];
type MergeObjects = (original: JsonObject, patch: JsonObject, definition: string | undefined) => JsonObject;

/** A merged list before its items are put in order. */
interface Merged {
  /** What was there and stays, then what is new. */
  readonly items: List;
  /** What of the patch stands in the list. */
  readonly added: List;
  /** What was there and stays. */
  readonly kept: List;
}

/**
 * The list with the patch merged into it. Items of the patch have its order; others stay where they are among those
 * that were there before.
 */
export function mergeLists(
  original: List,
  patch: List,
  schema: PatchSchema,
  mergeObjects: MergeObjects,
): List {
  const { items, added, kept } = mergeItems(original, patch, schema, mergeObjects);
  return ordered(items, added, kept, schema.mergeKey);
}

/**
 * The same in an order that the patch gives. A new item takes the place of one that goes, and so keeps its distance
 * from those that the order does not name.
 */
export function mergeListsInOrder(
  original: List,
  patch: List,
  order: List,
  schema: PatchSchema,
  mergeObjects: MergeObjects,
): List {
  const { items, added, kept } = mergeItems(original, patch, schema, mergeObjects);
  const merged = ordered(items, added, kept, schema.mergeKey);
  return ordered(merged, order, items.slice(0, original.length), schema.mergeKey);
}

function mergeItems(original: List, patch: List, schema: PatchSchema, mergeObjects: MergeObjects): Merged {
  if (!holdsObjects(original, patch)) {
    return { items: [...new Set([...original, ...patch])], added: patch, kept: original };
  }
  const { mergeKey } = schema;
  if (mergeKey === undefined) throw malformedPatch('cannot merge lists without merge key for struct');
  const { kept, added } = afterDirectives(original as JsonObject[], patch as JsonObject[], mergeKey);
  const items = [...kept];
  for (const item of added) {
    const key = keyOf(item, mergeKey);
    const at = items.findIndex((one) => own(one, mergeKey) === key);
    const before = items[at];
    if (before === undefined) items.push(withoutDirectives(item) as JsonObject);
    else items[at] = mergeObjects(before, item, schema.definition);
  }
  return { items, added, kept };
}

/** The list without these scalars. */
export function removeItems(list: List, removed: List): List {
  const gone = new Set(removed);
  return list.filter((item) => !gone.has(item));
}

/** The merged items that `order` names in its order, and the others among them as they were in `original`. */
export function ordered(merged: List, order: List, original: List, mergeKey: string | undefined): List {
  const places = placesOf(order, mergeKey);
  const before = placesOf(original, mergeKey);
  const key = (item: unknown): unknown => identity(item, mergeKey);
  const named = sortedBy(
    merged.filter((item) => places.has(key(item))),
    (item) => places.get(key(item)) ?? 0,
  );
  const others = sortedBy(
    merged.filter((item) => !places.has(key(item))),
    (item) => before.get(key(item)) ?? merged.length,
  );
  const result: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const place = before.get(key(item));
    // An item that is new stands where the order puts it: nothing that was there goes before it.
    while (place !== undefined && next < others.length) {
      const other = before.get(key(others[next]));
      if (other === undefined || other >= place) break;
      result.push(others[next]);
      next += 1;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

/** Throws unless the items of a patch stand in the order that it asks for, and none is missing there. */
export function refuseOrder(patch: List, order: List, mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return;
  let at = 0;
  for (const item of patch.filter((one) => !hasDirective(one))) {
    const wanted = requiredIdentity(item, mergeKey);
    while (at < order.length && requiredIdentity(order[at], mergeKey) !== wanted) at += 1;
    if (at === order.length) {
      throw malformedPatch(
        `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
    }
    at += 1;
  }
}

/** Whether the items are objects; they must all be of one kind. */
function holdsObjects(...lists: readonly List[]): boolean {
  const items = lists.flat(1);
  if (lists.some((list) => list.some(Array.isArray)))
    throw inapplicablePatch('lists of lists are not supported');
  const [first] = items;
  const types = new Set(items.map((item) => (item === null ? 'null' : typeof item)));
  if (types.size > 1) throw malformedPatch(`list element types are not identical: ${goText(lists)}`);
  return isObject(first);
}

/** What `$patch` in items does to the list, and the items that remain to be merged. */
function afterDirectives(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
): { readonly kept: readonly JsonObject[]; readonly added: readonly JsonObject[] } {
  const added: JsonObject[] = [];
  let kept = original;
  let replaces = false;
  for (const item of patch) {
    const directive = item[patchDirective];
    if (!hasDirective(item)) added.push(item);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'delete') {
      const key = keyOf(item, mergeKey);
      kept = kept.filter((one) => own(one, mergeKey) !== key);
    } else if (directive === 'merge') {
      throw malformedPatch('merging lists cannot yet be specified in the patch');
    } else throw malformedPatch(`unknown patch type: ${goText(directive)} in map: ${goText(item)}`);
  }
  return { kept: replaces ? [] : kept, added };
}

function placesOf(list: List, mergeKey: string | undefined): ReadonlyMap<unknown, number> {
  const places = new Map<unknown, number>();
  list.forEach((item, index) => {
    const key = identity(item, mergeKey);
    if (!places.has(key)) places.set(key, index);
  });
  return places;
}

function identity(item: unknown, mergeKey: string | undefined): unknown {
  return mergeKey !== undefined && isObject(item) ? own(item, mergeKey) : item;
}

function requiredIdentity(item: unknown, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return item;
  if (!isObject(item))
    throw malformedPatch(`expected a map[string]interface {}, but received a ${typeof item}`);
  return keyOf(item, mergeKey);
}

function keyOf(item: JsonObject, mergeKey: string): unknown {
  const key = own(item, mergeKey);
  if (key === undefined)
    throw malformedPatch(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

function own(item: JsonObject, key: string): unknown {
  return Object.hasOwn(item, key) ? item[key] : undefined;
}

function sortedBy(items: List, place: (item: unknown) => number): List {
  return [...items].sort((left, right) => place(left) - place(right));
}
