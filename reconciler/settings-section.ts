/** Reads one section of berth.yaml value by value; whatever is wrong is told with the path of the field. */

export type Fields = Readonly<Record<string, unknown>>;

/** A map whose fields are all known; an absent one is empty. */
export function fieldsAt(value: unknown, path: string, known: readonly string[]): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${path}: expected a map`);
  for (const field of Object.keys(value)) {
    if (!known.includes(field))
      throw new Error(`${path}.${field}: unknown setting, expected one of ${known.join(', ')}`);
  }
  return value as Fields;
}

export function itemsAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${path}: expected a list`);
  return value;
}

export function textAt(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '')
    throw new Error(`${path}: expected a string, got ${JSON.stringify(value)}`);
  return value;
}

/** A whole number within the bounds; `otherwise` where there is none. */
export function wholeAt(
  value: unknown,
  path: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new Error(
      `${path}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`,
    );
  return value;
}

export function flagAt(value: unknown, path: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean')
    throw new Error(`${path}: expected true or false, got ${JSON.stringify(value)}`);
  return value;
}

export function oneOfAt<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new Error(`${path}: expected one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`);
  return found;
}
