/**
 * Paths to fields, as server-side apply writes them (KEP-555). One element is a string in the form of FieldsV1:
 * `f:NAME` a field or map entry, `k:{…}` a list item by its keys, `v:…` an item of a set by its value, `i:N` an
 * item by its index. The strings are canonical: equal elements are equal strings.
 */

export type PathElement = string;
export type FieldPath = readonly PathElement[];

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** A list item by its keys; `fields` come sorted by name. */
export function keyElement(fields: readonly (readonly [name: string, value: unknown])[]): PathElement {
  return `k:{${fields.map(([name, value]) => `${goJson(name)}:${goJson(value)}`).join(',')}}`;
}

export function valueElement(value: unknown): PathElement {
  return `v:${goJson(value)}`;
}

export function indexElement(index: number): PathElement {
  return `i:${index}`;
}

/** The field's name, undefined for an element that is none. */
export function fieldNameOf(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/**
 * A key of FieldsV1 as an element; undefined for a kind of element that later versions may know and that is to be
 * ignored. Throws where the text is no element at all.
 */
export function parseElement(text: string): PathElement | undefined {
  if (text.charAt(1) !== ':') throw new Error(`missing colon in the path element ${JSON.stringify(text)}`);
  const rest = text.slice(2);
  switch (text.charAt(0)) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(rest));
    case 'k':
      return keyElement(keyFields(rest));
    case 'i':
      if (!/^-?\d+$/.test(rest)) throw new Error(`not an index: ${JSON.stringify(text)}`);
      return indexElement(Number(rest));
    default:
      return undefined;
  }
}

function keyFields(json: string): [string, unknown][] {
  const parsed = JSON.parse(json) as unknown;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error(`not a list key: ${json}`);
  return Object.entries(parsed).sort(([a], [b]) => compareText(a, b));
}

/** JSON as Go's encoder writes it: HTML's special characters and two line separators are escaped. */
function goJson(value: unknown): string {
  const json = JSON.stringify(value);
  return /[<>&\u2028\u2029]/.test(json)
    ? json.replace(
        /[<>&\u2028\u2029]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : json;
}

const rankOfKind: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** The canonical order: fields by name, then keys, values and indexes by what they hold. */
export function compareElements(a: PathElement, b: PathElement): number {
  const byKind = (rankOfKind[a.charAt(0)] ?? 0) - (rankOfKind[b.charAt(0)] ?? 0);
  if (byKind !== 0 || a === b) return byKind;
  switch (a.charAt(0)) {
    case 'k':
      return compareKeys(keyFields(a.slice(2)), keyFields(b.slice(2)));
    case 'v':
      return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    case 'i':
      return Number(a.slice(2)) - Number(b.slice(2));
    default:
      // Both begin with `f:`.
      return compareText(a, b);
  }
}

function compareKeys(a: readonly [string, unknown][], b: readonly [string, unknown][]): number {
  for (const [index, [name, value]] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareText(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareValues(a: unknown, b: unknown): number {
  const byType = rankOfValue(a) - rankOfValue(b);
  if (byType !== 0) return byType;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return compareText(
    typeof a === 'string' ? a : JSON.stringify(a),
    typeof b === 'string' ? b : JSON.stringify(b),
  );
}

/** Numbers come before strings, then booleans, lists, maps and null. */
function rankOfValue(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  if (typeof value === 'boolean') return 2;
  if (Array.isArray(value)) return 3;
  return value === null ? 5 : 4;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As Kubernetes prints it in conflicts: `.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]`. */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join('');
}

function formatElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element.charAt(0)) {
    case 'k':
      return `[${keyFields(rest)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${JSON.stringify(JSON.parse(rest))}]`;
    case 'i':
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}
