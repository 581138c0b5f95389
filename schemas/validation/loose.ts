/** Reading fields of an object whose shape is not trusted: a value of another type reads as absent. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The items of a list that are objects, each with its index. */
export function itemsOf(value: unknown): readonly (readonly [number, Fields])[] {
  const found: (readonly [number, Fields])[] = [];
  for (const [index, item] of listOf(value).entries()) if (isFields(item)) found.push([index, item]);
  return found;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Absent as Kubernetes sees it: left out, null, or the empty value of its type. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return Array.isArray(value) && value.length === 0;
}
