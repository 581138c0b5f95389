/** The JSON Schemas of every kind, Kubernetes' and Berth's own, as one set of definitions. */
import { readFileSync } from 'node:fs';

/** The subset of JSON Schema that the generator emits. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | JsonSchema;
}

export type Definitions = Readonly<Record<string, JsonSchema>>;

const folder = new URL('../', import.meta.url);
let loaded: Definitions | undefined;

/** All definitions by name, read on first use. */
export function definitions(): Definitions {
  loaded ??= { ...read('kubernetes/json-schemas.json'), ...read('berth/json-schemas.json') };
  return loaded;
}

/** Follows a reference to its definition. */
export function resolve(schema: JsonSchema): JsonSchema {
  const target = refName(schema);
  if (target === undefined) return schema;
  const definition = definitions()[target];
  if (definition === undefined) throw new Error(`no definition ${target}`);
  return definition;
}

/** Name of the definition that a schema refers to, if it is a reference. */
export function refName(schema: JsonSchema): string | undefined {
  return schema.$ref?.slice('#/definitions/'.length);
}

function read(name: string): Definitions {
  const document = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
    readonly definitions: Definitions;
  };
  return document.definitions;
}
