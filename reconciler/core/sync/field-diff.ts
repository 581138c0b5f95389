/** What changes in an object, field by field, in a form that people read and that never holds a secret's value. */
import { compareValues } from '../apply/compare.ts';
import { fieldElement, fieldNameOf, type FieldPath, type PathElement } from '../apply/field-path.ts';
import { type FieldSet, sortedElements } from '../apply/field-set.ts';
import { lastAppliedAnnotation } from '../apply/last-applied.ts';
import { type Shape, shapeOfEntry, shapeOfKind, shapeOfValue } from '../apply/merge-shape.ts';
import { isMap, itemElement } from '../apply/typed-value.ts';
import { withoutManagedFields } from '../apply/update.ts';
import type { KubeObject } from '../model/object.ts';

export interface FieldDiff {
  /** `spec.template.spec.containers[name="web"].image`, `metadata.labels["app.kubernetes.io/name"]` */
  readonly path: string;
  /** Absent where the field is added. */
  readonly before?: unknown;
  /** Absent where the field is removed. */
  readonly after?: unknown;
}

/** Sorted by path. A container that comes or goes is one field; metadata of the server and ownership are none. */
export function diffFields(before: KubeObject | undefined, after: KubeObject): readonly FieldDiff[] {
  const shape = shapeOfKind(after.apiVersion, after.kind);
  const [left, right] = [withoutManagedFields(before), withoutManagedFields(after)];
  const identity = { apiVersion: after.apiVersion, kind: after.kind, metadata: {} };
  const { added, modified, removed } = compareValues(left ?? identity, right, shape);
  const paths = [added, modified, removed].flatMap((set) => topmost(set, []));
  const diffs = paths
    .filter((path) => !isIdentity(path))
    .map((path): FieldDiff => {
      const [old, next] = [valueAt(left, path, shape), valueAt(right, path, shape)];
      const shown = isSecret(after) ? maskPair(path, old, next) : { before: old, after: next };
      return {
        path: displayPath(path),
        ...(old === undefined ? {} : { before: shown.before }),
        ...(next === undefined ? {} : { after: shown.after }),
      };
    });
  return diffs.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The paths of members that no other member stands above. */
function topmost(set: FieldSet, prefix: FieldPath): readonly FieldPath[] {
  return sortedElements(set).flatMap((element) => {
    const node = set.get(element);
    if (node === undefined) return [];
    const path = [...prefix, element];
    return node.member ? [path] : topmost(node.children, path);
  });
}

function isIdentity(path: FieldPath): boolean {
  return path[0] === 'f:metadata' && (path[1] === 'f:name' || path[1] === 'f:namespace');
}

function valueAt(root: unknown, path: FieldPath, shape: Shape): unknown {
  let value = root;
  let declared = shape;
  for (const element of path) {
    const known = shapeOfValue(declared, value);
    const name = fieldNameOf(element);
    if (name !== undefined) {
      value = isMap(value) ? value[name] : undefined;
      declared = known.kind === 'map' ? shapeOfEntry(known, name) : { kind: 'deduced' };
    } else {
      if (known.kind !== 'list' || !Array.isArray(value)) return undefined;
      const items = (value as readonly unknown[]).filter((item) => isElement(item, element, known));
      // Items that share a key are shown together.
      value = items.length > 1 ? items : items[0];
      declared = known.items;
    }
  }
  return value;
}

function isElement(item: unknown, element: PathElement, shape: Extract<Shape, { kind: 'list' }>): boolean {
  const found = itemElement(shape, item);
  return 'element' in found && found.element === element;
}

/** As people write paths: no leading dot, and names that are no identifiers in brackets. */
function displayPath(path: FieldPath): string {
  let text = '';
  for (const element of path) {
    const name = fieldNameOf(element);
    if (name === undefined) text += bracket(element);
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) text += text === '' ? name : `.${name}`;
    else text += `[${JSON.stringify(name)}]`;
  }
  return text;
}

function bracket(element: PathElement): string {
  const rest = element.slice(2);
  if (!element.startsWith('k:')) return `[${rest}]`;
  const fields = Object.entries(JSON.parse(rest) as Readonly<Record<string, unknown>>);
  return `[${fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

function isSecret(object: KubeObject): boolean {
  return object.apiVersion === 'v1' && object.kind === 'Secret';
}

const secretFields: ReadonlySet<string> = new Set(['data', 'stringData'].map(fieldElement));

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
}

/** Marks in place of a Secret's values, made here so that no later stage ever holds one. */
function maskPair(path: FieldPath, before: unknown, after: unknown): Pair {
  const [first = '', second, third] = path;
  const annotations = first === 'f:metadata' && second === 'f:annotations';
  if (secretFields.has(first) || (annotations && third === fieldElement(lastAppliedAnnotation))) {
    const changed = before !== undefined && after !== undefined;
    return { before: mask(before, ''), after: mask(after, changed ? ', changed' : '') };
  }
  return annotations && third === undefined
    ? { before: maskLastApplied(before), after: maskLastApplied(after) }
    : maskMetadata(path, before, after);
}

/** The whole metadata, where it comes at once. */
function maskMetadata(path: FieldPath, before: unknown, after: unknown): Pair {
  if (path.length !== 1 || path[0] !== 'f:metadata') return { before, after };
  const inside = (metadata: unknown): unknown =>
    isMap(metadata) ? { ...metadata, annotations: maskLastApplied(metadata['annotations']) } : metadata;
  return { before: inside(before), after: inside(after) };
}

function maskLastApplied(annotations: unknown): unknown {
  if (!isMap(annotations) || annotations[lastAppliedAnnotation] === undefined) return annotations;
  return { ...annotations, [lastAppliedAnnotation]: mask(annotations[lastAppliedAnnotation], '') };
}

function mask(value: unknown, suffix: string): unknown {
  if (value === undefined) return undefined;
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mask(entry, suffix)]));
  return `<secret: ${secretBytes(value)} bytes${suffix}>`;
}

/** The number of bytes that base64 text stands for; of anything else the length of its text. */
function secretBytes(value: unknown): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64
    ? (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
    : text.length;
}
