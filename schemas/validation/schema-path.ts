/** Which steps of a path are fields and which are keys of maps: only the schema knows. */
import type { FieldPath, PathSegment } from './field-path.ts';
import { type JsonSchema, definitions, resolve } from './json-schema-documents.ts';

/** `['metadata', 'labels', 'app']` of an object as a field path that renders as `metadata.labels[app]`. */
export function schemaPath(definition: string | undefined, keys: readonly (string | number)[]): FieldPath {
  let schema: JsonSchema = (definition === undefined ? undefined : definitions()[definition]) ?? {};
  return keys.map((key): PathSegment => {
    if (typeof key === 'number') {
      schema = resolve(schema.items ?? {});
      return key;
    }
    const property = schema.properties?.[key];
    const values = schema.additionalProperties === false ? undefined : schema.additionalProperties;
    const isMapKey = property === undefined && values !== undefined;
    schema = resolve(property ?? values ?? {});
    return isMapKey ? { key } : key;
  });
}
