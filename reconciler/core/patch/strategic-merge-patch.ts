/**
 * Strategic merge patch: objects merge, and so do those lists whose items the API tells apart by a key; directives
 * delete, replace, order and retain. The rules are those of apimachinery's strategicpatch. Where Kubernetes leaves a
 * directive standing in a value that is new, it is left out here: no object has such fields.
 */
import { isObject, type JsonObject } from './json-value.ts';
import { mergeLists, mergeListsInOrder, ordered, removeItems, refuseOrder } from './merge-list.ts';
import {
  deletedFromField,
  goText,
  orderedField,
  patchDirective,
  retainKeysDirective,
  withoutDirectives,
} from './patch-directives.ts';
import { malformedPatch } from './patch-error.ts';
import { isPatchable, patchSchemaOf } from './patch-schema.ts';

type Entries = Map<string, unknown>;

/**
 * The object after the patch; `definition` is its kind's. Throws PatchError: 400 for a patch that is none, or that
 * misses the key of an item; 422 for lists of lists, which do not merge.
 */
export function strategicMergePatch(target: JsonObject, patch: unknown, definition: string): JsonObject {
  if (patch === null) return target;
  if (!isObject(patch)) {
    const type = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw malformedPatch(`json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  }
  if (!isPatchable(definition)) throw malformedPatch('strategic merge patch format is not supported');
  return mergeObjects(target, patch, definition);
}

/** Two objects of one definition; free-form ones have none, and merge all the same. */
function mergeObjects(original: JsonObject, patch: JsonObject, definition: string | undefined): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return directed(patch);
  const result: Entries = new Map(Object.entries(original));
  const rest: Entries = new Map(Object.entries(patch));
  retainKeys(result, rest);
  for (const key of rest.keys()) {
    const field = orderedField(key);
    if (field === undefined) continue;
    mergeInOrder(result, rest, field, rest.get(key), definition);
    rest.delete(key);
  }
  for (const [key, value] of rest) removeFromList(result, key, value);
  for (const [key, value] of rest) mergeField(result, key, value, definition);
  return Object.fromEntries(result);
}

/** `$patch` in an object: the patch in its place, or nothing. */
function directed(patch: JsonObject): JsonObject {
  const { [patchDirective]: directive, ...fields } = patch;
  if (directive === 'replace') return withoutDirectives(fields) as JsonObject;
  if (directive === 'delete') return {};
  throw malformedPatch(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
}

/** `$retainKeys`: of the object nothing stays but what is named; the patch may set nothing else. */
function retainKeys(result: Entries, patch: Entries): void {
  if (!patch.has(retainKeysDirective)) return;
  const retained = patch.get(retainKeysDirective);
  patch.delete(retainKeysDirective);
  if (!Array.isArray(retained)) throw malformedPatch('invalid patch format of retainKeys');
  const names = new Set<unknown>(retained);
  for (const [key, value] of patch) {
    const isDirective = deletedFromField(key) !== undefined || orderedField(key) !== undefined;
    if (value !== null && !isDirective && !names.has(key))
      throw malformedPatch('invalid patch format of retainKeys');
  }
  for (const key of result.keys()) if (!names.has(key)) result.delete(key);
}

/** `$setElementOrder/FIELD`: the list of that field, merged, in this order; what it does not name keeps its place. */
function mergeInOrder(
  result: Entries,
  patch: Entries,
  field: string,
  order: unknown,
  definition: string | undefined,
): void {
  if (!Array.isArray(order)) throw malformedPatch('invalid patch format of setElementOrder list');
  const schema = patchSchemaOf(definition, field);
  const [current, added] = [result.get(field), patch.get(field)];
  if (current === undefined && added === undefined) return;
  const [original, items] = [listOf(current), listOf(added)];
  refuseOrder(items, order, schema.mergeKey);
  if (current !== undefined && added === null) return;
  patch.delete(field);
  if (current !== undefined && added !== undefined && schema.strategy === 'merge') {
    result.set(field, mergeListsInOrder(original, items, order, schema, mergeObjects));
    return;
  }
  const merged = added === undefined ? original : (withoutDirectives(items) as readonly unknown[]);
  result.set(field, ordered(merged, order, original, schema.mergeKey));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw malformedPatch(`expected a []interface {}, but received a ${typeof value}`);
}

/** `$deleteFromPrimitiveList/FIELD`: what else the patch says of the list is done after it. */
function removeFromList(result: Entries, key: string, value: unknown): void {
  const field = deletedFromField(key);
  const current = field === undefined ? undefined : result.get(field);
  if (field === undefined || !Array.isArray(current) || !Array.isArray(value)) return;
  result.set(field, removeItems(current as readonly unknown[], value as readonly unknown[]));
}

function mergeField(result: Entries, key: string, value: unknown, definition: string | undefined): void {
  if (deletedFromField(key) !== undefined) return;
  if (value === null) {
    result.delete(key);
    return;
  }
  const merged = mergeValues(result.get(key), value, patchSchemaOf(definition, key));
  if (merged === undefined) result.delete(key);
  else result.set(key, merged);
}

function mergeValues(current: unknown, value: unknown, schema: ReturnType<typeof patchSchemaOf>): unknown {
  if (isObject(current) && isObject(value) && schema.strategy !== 'replace')
    return mergeObjects(current, value, schema.definition);
  if (Array.isArray(current) && Array.isArray(value) && schema.strategy === 'merge')
    return mergeLists(current as readonly unknown[], value as readonly unknown[], schema, mergeObjects);
  return withoutDirectives(value);
}
