/** What is wrong with an applied configuration, so that its fields cannot be told: unknown fields, repeated keys. */
import { fieldElement, type FieldPath, formatPath } from './field-path.ts';
import { type MapShape, type Shape, shapeOfEntry, shapeOfValue } from './merge-shape.ts';
import { isMap, itemElement, type JsonMap } from './typed-value.ts';

/** Problems as `.spec.foo: field not declared in schema`, in the order of the configuration. */
export function checkConfig(config: object, shape: MapShape): readonly string[] {
  const problems: string[] = [];
  checkMap(config as JsonMap, shape, [], problems);
  return problems;
}

function check(value: unknown, declared: Shape, path: FieldPath, problems: string[]): void {
  if (value === null) return;
  const shape = shapeOfValue(declared, value);
  if (shape.kind === 'map') {
    if (isMap(value)) checkMap(value, shape, path, problems);
    else problems.push(`${formatPath(path)}: expected map, got ${typeName(value)}`);
  } else if (shape.kind === 'list') {
    if (!Array.isArray(value)) problems.push(`${formatPath(path)}: expected list, got ${typeName(value)}`);
    else if (shape.relation !== 'atomic') checkItems(value, shape, path, problems);
  }
}

function checkMap(map: JsonMap, shape: MapShape, path: FieldPath, problems: string[]): void {
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined) continue;
    const below = [...path, fieldElement(name)];
    if (shape.entries === undefined && !shape.fields.has(name))
      problems.push(`${formatPath(below)}: field not declared in schema`);
    else check(value, shapeOfEntry(shape, name), below, problems);
  }
}

function checkItems(
  list: readonly unknown[],
  shape: Shape & { kind: 'list' },
  path: FieldPath,
  problems: string[],
): void {
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const found = itemElement(shape, item);
    if ('problem' in found) {
      problems.push(`${formatPath(path)}: element ${index}: ${found.problem}`);
      continue;
    }
    const { element } = found;
    if (seen.has(element))
      problems.push(`${formatPath(path)}: duplicate entries for key ${formatPath([element])}`);
    seen.add(element);
    check(item, shape.items, [...path, element], problems);
  }
}

/** Not the value itself: it may be a secret. */
function typeName(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value === 'object' ? 'map' : typeof value;
}
