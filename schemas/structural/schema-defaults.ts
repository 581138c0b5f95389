/**
 * Defaults of structural schemas. A null where the schema is not nullable counts as left out: it takes the default, or
 * goes where there is none. Unchanged parts are shared with the result.
 */
import type { Fields } from '../validation/loose.ts';
import { itemSchemaOf, type StructuralSchema, valueSchemaOf } from './structural-schema.ts';

/** The object with every default of its schema filled in. */
export function applySchemaDefaults<T extends object>(object: T, schema: StructuralSchema): T {
  return filled(object, schema) as T;
}

function isLeftOut(value: unknown, schema: StructuralSchema): boolean {
  return value === undefined || (value === null && schema.nullable !== true);
}

function filled(value: unknown, schema: StructuralSchema): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return filledList(value, itemSchemaOf(schema));
  const fields = value as Fields;
  const values = valueSchemaOf(schema);
  const properties = schema.properties ?? {};
  let copy: Record<string, unknown> | undefined;
  const set = (name: string, before: unknown, after: unknown): void => {
    if (after === before) return;
    copy ??= { ...fields };
    if (after === undefined) delete copy[name];
    else copy[name] = after;
  };
  for (const name of Object.keys(properties)) {
    const property = properties[name];
    if (property === undefined) continue;
    const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const given = isLeftOut(before, property) ? property.default : before;
    set(name, before, filled(given, property));
  }
  if (values !== undefined && values !== 'anything') {
    for (const name of Object.keys(fields)) {
      if (Object.hasOwn(properties, name)) continue;
      const before = fields[name];
      set(name, before, filled(before === null ? nullOr(values) : before, values));
    }
  }
  return copy ?? value;
}

function filledList(list: readonly unknown[], items: StructuralSchema | undefined): readonly unknown[] {
  if (items === undefined) return list;
  let copy: unknown[] | undefined;
  for (const [index, before] of list.entries()) {
    const after = filled(before === null ? nullOr(items) : before, items);
    if (after === before) continue;
    copy ??= [...list];
    copy[index] = after;
  }
  return copy ?? list;
}

/** Items and entries cannot be left out: a null without a default stays, for the validation to judge. */
function nullOr(schema: StructuralSchema): unknown {
  return isLeftOut(null, schema) ? (schema.default ?? null) : null;
}
