/** Null in a field means that the field is not set. */
import { type JsonSchema, definitions, resolve } from './json-schema-documents.ts';
import { type Fields, isFields } from './loose.ts';

/**
 * The object without the fields of structs that are null, as the API server decodes it (`creationTimestamp: null`).
 * Free-form JSON keeps its nulls.
 */
export function withoutNullFields(definition: string, object: Fields): Fields {
  const schema = definitions()[definition];
  return schema === undefined ? object : (strip(schema, object) as Fields);
}

function strip(reference: JsonSchema, value: unknown): unknown {
  const schema = resolve(reference);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item: unknown) => strip(items, item));
  }
  if (!isFields(value)) return value;
  const { properties, additionalProperties: values } = schema;
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    const property = properties?.[key];
    if (property !== undefined) return entry === null ? [] : [[key, strip(property, entry)] as const];
    return [[key, values === undefined || values === false ? entry : strip(values, entry)] as const];
  });
  return Object.fromEntries(entries);
}
