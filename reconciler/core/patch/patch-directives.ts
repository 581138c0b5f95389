/**
 * The directives of strategic merge patch: keys that begin with a dollar sign, which say what is to be done and are
 * not kept themselves.
 */
import { isObject, type JsonObject } from './json-value.ts';
import { malformedPatch } from './patch-error.ts';

export const patchDirective = '$patch';
export const retainKeysDirective = '$retainKeys';

const orderPrefix = '$setElementOrder';
const deletePrefix = '$deleteFromPrimitiveList';

/** The field whose order the key gives; undefined for other keys. */
export function orderedField(key: string): string | undefined {
  return fieldAfter(key, orderPrefix, 'invalid patch format of setElementOrder list');
}

/** The field whose items the key deletes; undefined for other keys. */
export function deletedFromField(key: string): string | undefined {
  return fieldAfter(key, deletePrefix, 'invalid patch format of primitive list');
}

function fieldAfter(key: string, prefix: string, problem: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  if (key.at(prefix.length) !== '/') throw malformedPatch(problem);
  return key.slice(prefix.length + 1);
}

/** Whether an object in a patch says what is to be done with it. */
export function hasDirective(value: unknown): value is JsonObject {
  return isObject(value) && Object.hasOwn(value, patchDirective);
}

/**
 * What a value of a patch is where there is nothing to merge it with: without directives, without what has one, and
 * without null in objects. Undefined where it has one itself.
 */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !hasDirective(item)).map(withoutDirectives);
  if (!isObject(value)) return value;
  if (hasDirective(value)) return undefined;
  const entries = Object.entries(value)
    .filter(([key, entry]) => entry !== null && !isDirective(key))
    .map(([key, entry]): [string, unknown] => [key, withoutDirectives(entry)])
    .filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries);
}

function isDirective(key: string): boolean {
  return (
    key === retainKeysDirective || key.startsWith(`${orderPrefix}/`) || key.startsWith(`${deletePrefix}/`)
  );
}

/** As Go prints a value: `map[image:nginx name:web]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
}
