/** Filling in fields that are left out. */

/**
 * The value with each default whose field is absent, null or empty text: how Kubernetes tells a string or a pointer
 * that is not set. Gives the value itself back where nothing is missing.
 */
export function fill<T extends object>(value: T, defaults: Partial<T>): T {
  const fields = value as Readonly<Record<string, unknown>>;
  const missing = Object.entries(defaults).filter(([key]) => isUnset(fields[key]));
  return missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing) };
}

/** Each item of a list through `change`; an absent list stays absent, the same items stay the same list. */
export function eachOf<T>(
  list: readonly T[] | null | undefined,
  change: (item: T) => T,
): readonly T[] | undefined {
  if (list === undefined || list === null) return undefined;
  const next = list.map(change);
  return next.every((item, index) => item === list[index]) ? list : next;
}

/** The object with one field put in place of another, where it has it and it differs. */
export function replace<T extends object, K extends keyof T>(value: T, key: K, next: T[K] | undefined): T {
  return next === undefined || next === value[key] ? value : { ...value, [key]: next };
}

/** The object without a field. */
export function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): T {
  if (!keys.some((key) => key in value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as K))) as T;
}

export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
