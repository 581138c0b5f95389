/** Objects as JSON text, kept for as long as the object is: a list and a thousand watchers write it once. */
import type { KubeObject } from '../core/model/object.ts';

const texts = new WeakMap<object, string>();

/** The JSON of an immutable object; the same text each time. */
export function jsonOf(object: KubeObject | object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}
