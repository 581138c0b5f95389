/**
 * Filling in what structs of any shape leave out. Nothing is copied that has nothing missing: an object that is
 * complete comes back as itself, so that defaulting a stored object costs no more than looking at it.
 */
import { type Fields, isFields } from '../../../../schemas/validation/loose.ts';

/** A function from a value to its complete form; gives back its argument where nothing is missing. */
export type Fill = (value: Fields) => Fields;

/** The struct with each default whose field is absent: left out, null, or empty text where the default is text. */
export function withDefaults(value: Fields, defaults: Fields): Fields {
  let complete: Record<string, unknown> | undefined;
  for (const key in defaults) {
    const present = value[key];
    const empty = present === '' && typeof defaults[key] === 'string';
    if ((present !== undefined && present !== null && !empty) || present === defaults[key]) continue;
    complete ??= { ...value };
    complete[key] = defaults[key];
  }
  return complete ?? value;
}

/** The same, where a zero counts as absent too. */
export function withNonZero(value: Fields, defaults: Fields): Fields {
  let complete: Record<string, unknown> | undefined;
  for (const key in defaults) {
    const present = value[key];
    if (present !== undefined && present !== null && present !== 0 && present !== '') continue;
    complete ??= { ...value };
    complete[key] = defaults[key];
  }
  return complete ?? value;
}

/** The struct with one field changed. */
export function withField(value: Fields, key: string, field: unknown): Fields {
  return value[key] === field ? value : { ...value, [key]: field };
}

/** The struct with its inner struct `key`, where there is one, filled in. */
export function inside(value: Fields, key: string, fill: Fill): Fields {
  const inner = value[key];
  return isFields(inner) ? withField(value, key, fill(inner)) : value;
}

/** The struct with every struct of its list `key` filled in. */
export function each(value: Fields, key: string, fill: Fill): Fields {
  const list = value[key];
  if (!Array.isArray(list)) return value;
  const items = list as readonly unknown[];
  let complete: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (!isFields(item)) continue;
    const filled = fill(item);
    if (filled === item) continue;
    complete ??= [...items];
    complete[index] = filled;
  }
  return complete === undefined ? value : { ...value, [key]: complete };
}
