/** The parts of OpenAPI that Berth writes. References are names of definitions until a dialect renders them. */

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A schema that is not yet of a dialect: `ref` names a definition. */
export interface Schema {
  readonly ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  /** A number or a text: OpenAPI v3 can say so, v2 cannot. */
  readonly either?: readonly string[];
  /** Anything else, written as it stands: extensions, and what a custom resource's schema brings. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The two dialects that clients read. */
export type Dialect = 'v2' | 'v3';

const refPrefix: Readonly<Record<Dialect, string>> = { v2: '#/definitions/', v3: '#/components/schemas/' };

/** A schema as a dialect writes it. */
export function renderSchema(schema: Schema, dialect: Dialect): Readonly<Record<string, unknown>> {
  const { ref, type, format, description, enum: values, required } = schema;
  const { properties, items, additionalProperties, either, extra } = schema;
  const notes = {
    ...(description === undefined ? {} : { description }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
  };
  if (ref !== undefined) return { ...notes, ...renderRef(ref, dialect, notes), ...extra };
  return {
    ...notes,
    ...renderType(type, either, dialect),
    ...(format === undefined ? {} : { format }),
    ...(values === undefined ? {} : { enum: values }),
    ...(required === undefined || required.length === 0 ? {} : { required }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, renderSchema(property, dialect)]),
          ),
        }),
    ...(items === undefined ? {} : { items: renderSchema(items, dialect) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'boolean'
              ? additionalProperties
              : renderSchema(additionalProperties, dialect),
        }),
    ...extra,
  };
}

/** A reference; v3 wraps it where something stands beside it, as siblings of `$ref` do not count there. */
export function renderRef(
  name: string,
  dialect: Dialect,
  beside: object = {},
): Readonly<Record<string, unknown>> {
  const $ref = `${refPrefix[dialect]}${name}`;
  return dialect === 'v3' && Object.keys(beside).length > 0 ? { allOf: [{ $ref }] } : { $ref };
}

/** Names of the definitions that a schema refers to, at any depth. */
export function* refsOf(schema: Schema): Generator<string> {
  if (schema.ref !== undefined) yield schema.ref;
  for (const property of Object.values(schema.properties ?? {})) yield* refsOf(property);
  if (schema.items !== undefined) yield* refsOf(schema.items);
  if (typeof schema.additionalProperties === 'object') yield* refsOf(schema.additionalProperties);
}

function renderType(
  type: string | undefined,
  either: readonly string[] | undefined,
  dialect: Dialect,
): Readonly<Record<string, unknown>> {
  if (either !== undefined)
    return dialect === 'v3' ? { oneOf: either.map((one) => ({ type: one })) } : { type: 'string' };
  return type === undefined ? {} : { type };
}
