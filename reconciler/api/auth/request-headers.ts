/** A request's headers one by one: names repeat, and HTTP lets values hold commas. */

/** Name and value in turns, as Node's `rawHeaders`. */
export type RawHeaders = readonly string[];

/** All values of a header, in order; `name` in lower case. */
export function headerValues(raw: RawHeaders, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const header = raw[index] ?? '';
    // Most headers are told apart by their length, without a copy in lower case.
    if (header.length === name.length && header.toLowerCase() === name) values.push(raw[index + 1] ?? '');
  }
  return values;
}

/** Values by what follows `prefix` in their header's name, in lower case. */
export function prefixedHeaders(raw: RawHeaders, prefix: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const header = raw[index] ?? '';
    if (header.length < prefix.length) continue;
    const name = header.toLowerCase();
    if (!name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length);
    found.set(rest, [...(found.get(rest) ?? []), raw[index + 1] ?? '']);
  }
  return found;
}
