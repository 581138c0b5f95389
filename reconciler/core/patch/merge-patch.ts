/** JSON Merge Patch (RFC 7386): null removes, objects merge, everything else replaces. */
import { type JsonObject, isObject } from './json-value.ts';
import { malformedPatch } from './patch-error.ts';

/** The object after the patch. Throws PatchError where the patch is no object. */
export function mergePatch(target: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw malformedPatch('Invalid JSON Patch');
  return merged(target, patch);
}

function merged(target: unknown, patch: JsonObject): JsonObject {
  const result = new Map<string, unknown>(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, isObject(value) ? merged(result.get(key), value) : value);
  }
  return Object.fromEntries(result);
}
