/** OpenAPI definitions as JSON Schemas for ajv: closed objects, real types for the scalars of `scalars.ts`. */
import { type OpenApi, type OpenApiSchema, byName, refTarget, stableDefinitions } from './openapi.ts';
import { scalars } from './scalars.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** One document with every stable definition; references stay references, so ajv compiles each definition once. */
export function jsonSchemas(openapi: OpenApi): {
  readonly definitions: Readonly<Record<string, JsonSchema>>;
} {
  return {
    definitions: Object.fromEntries(
      stableDefinitions(openapi).map(([name, schema]) => [name, scalars[name]?.json ?? jsonSchema(schema)]),
    ),
  };
}

function jsonSchema(schema: OpenApiSchema): JsonSchema {
  if (schema.$ref !== undefined) return { $ref: `#/definitions/${refTarget(schema.$ref)}` };
  if (schema.type === undefined) return {};
  switch (schema.type) {
    case 'array':
      return { type: 'array', items: jsonSchema(schema.items ?? {}) };
    case 'object':
      return objectSchema(schema);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema.type, ...(schema.format === undefined ? {} : { format: schema.format }) };
  }
}

/** With properties: those and no others. A map: any key, checked values. Neither: any object. */
function objectSchema(schema: OpenApiSchema): JsonSchema {
  if (schema.properties === undefined) {
    const values = schema.additionalProperties;
    return values === undefined
      ? { type: 'object' }
      : { type: 'object', additionalProperties: jsonSchema(values) };
  }
  const properties = Object.entries(schema.properties).sort(byName);
  return {
    type: 'object',
    ...(schema.required === undefined ? {} : { required: [...schema.required].sort() }),
    properties: Object.fromEntries(properties.map(([name, property]) => [name, jsonSchema(property)])),
    additionalProperties: false,
  };
}
