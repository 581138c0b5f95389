/** JSON Pointer (RFC 6901): `/spec/containers/0/image`; `~1` stands for a slash, `~0` for a tilde. */
import { isObject } from './json-value.ts';

const badEscape = /~(?![01])/;
const arrayIndex = /^-?(0|[1-9][0-9]*)$/;

/** The parts of a pointer, none for the whole document; undefined where it is none. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || badEscape.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The index that a part names in a list with `length` places; undefined where there is no such place. As in
 * Kubernetes, indexes below zero count from the end.
 */
export function indexOf(part: string, length: number): number | undefined {
  if (!arrayIndex.test(part)) return undefined;
  const index = Number(part) + (part.startsWith('-') ? length : 0);
  return index >= 0 && index < length ? index : undefined;
}

/** The value under a part of a pointer; undefined where there is none. */
export function childOf(value: unknown, part: string): unknown {
  if (Array.isArray(value)) {
    const index = indexOf(part, value.length);
    return index === undefined ? undefined : (value as readonly unknown[])[index];
  }
  return isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}
