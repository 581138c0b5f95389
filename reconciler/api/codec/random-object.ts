/** Random objects of a kind, from its JSON Schema and a seed: for tests, which so meet every field of every kind. */
import { type JsonSchema, definitions, refName } from '../../../schemas/validation/json-schema-documents.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Numbers in [0, 1), the same ones for the same seed. */
export type Random = () => number;

/** A small generator (mulberry32): good enough to choose among fields. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words = [
  '',
  'a',
  'web',
  'Always',
  'über',
  '日本',
  '\u{1f600}',
  'a.b/c-d',
  'x'.repeat(200),
  'line\nbreak',
  '�',
];
const keys = ['app', 'a.b/c', '__proto__', 'constructor', '0', 'ключ'];
const quantities = ['0', '1', '100m', '1500m', '128Mi', '2Gi', '1k', '-3'];
const integers = [0, 1, -1, 80, 443, 2 ** 31 - 1, -(2 ** 31)];
const longIntegers = [...integers, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 40];
const doubles = [0, 1, -1.5, 1e-9, 12345.678];
const times = ['2026-01-02T03:04:05', '1970-01-01T00:00:00', '1969-12-31T23:59:59', '9999-12-31T23:59:59'];
const microseconds = ['000000', '000001', '123456', '999999'];
const bytes = ['', 'AA==', 'aGVsbG8=', '//79'];

/** Definitions whose JSON form their schema does not tell, by the last part of their name. */
const freeForm: Readonly<Record<string, (random: Random, depth: number) => Json>> = {
  CustomResourceSubresourceStatus: () => ({}),
  FieldsV1: jsonObject,
  RawExtension: jsonObject,
  JSON: (random, depth) => anyJson(random, depth) ?? 'x',
  JSONSchemaPropsOrArray: (random, depth) =>
    random() < 0.5 ? schemaProps(random, depth) : [schemaProps(random, depth), schemaProps(random, depth)],
  JSONSchemaPropsOrBool: (random, depth) => (random() < 0.5 ? random() < 0.5 : schemaProps(random, depth)),
  JSONSchemaPropsOrStringArray: (random, depth) => (random() < 0.5 ? ['a', 'b'] : schemaProps(random, depth)),
  MicroTime: (random) => `${pick(random, times)}.${pick(random, microseconds)}Z`,
  Quantity: (random) => pick(random, quantities),
  Time: (random) => `${pick(random, times)}Z`,
};

const formats: Readonly<Record<string, (random: Random) => Json>> = {
  byte: (random) => pick(random, bytes),
  double: (random) => pick(random, doubles),
  'int-or-string': (random) => (random() < 0.5 ? pick(random, integers) : pick(random, words)),
  int32: (random) => pick(random, integers),
  int64: (random) => pick(random, longIntegers),
};

/**
 * An object of the kind, apiVersion and kind included. The deeper, the fewer fields; lists and maps are never empty,
 * as protobuf has no empty ones.
 */
export function randomObject(
  { apiVersion, kind, definition }: { apiVersion: string; kind: string; definition: string },
  random: Random,
): Record<string, unknown> {
  const object = ofDefinition(definition, random, 0) as Record<string, Json>;
  return { ...object, apiVersion, kind };
}

function ofDefinition(name: string, random: Random, depth: number): Json {
  const special = freeForm[name.slice(name.lastIndexOf('.') + 1)];
  if (special !== undefined) return special(random, depth);
  const schema = definitions()[name];
  if (schema === undefined) throw new Error(`no definition ${name}`);
  return ofSchema(schema, random, depth);
}

function ofSchema(schema: JsonSchema, random: Random, depth: number): Json {
  const name = refName(schema);
  if (name !== undefined) return ofDefinition(name, random, depth);
  const format = schema.format === undefined ? undefined : formats[schema.format];
  if (format !== undefined) return format(random);
  switch (schema.type) {
    case 'array':
      return several(random, () => ofSchema(schema.items ?? {}, random, depth + 1));
    case 'boolean':
      return random() < 0.5;
    case 'string':
      return pick(random, words);
    case 'object':
      return ofObject(schema, random, depth);
    default:
      throw new Error(`the generated schemas have no ${String(schema.type)}`);
  }
}

function ofObject({ properties, additionalProperties }: JsonSchema, random: Random, depth: number): Json {
  if (properties === undefined) {
    if (typeof additionalProperties !== 'object') return jsonObject(random, depth);
    return keyed(random, () => ofSchema(additionalProperties, random, depth + 1));
  }
  // Of an object in another one protobuf keeps no apiVersion and kind.
  const isWhole = properties['metadata'] !== undefined;
  const chance = depth === 0 ? 0.8 : 0.9 / (1 + depth / 2);
  const entries = Object.entries(properties)
    .filter(([key]) => !(isWhole && (key === 'apiVersion' || key === 'kind')))
    .filter(() => random() < chance && depth < 12)
    .map(([key, property]): [string, Json] => [key, ofSchema(property, random, depth + 1)]);
  return Object.fromEntries(entries);
}

function schemaProps(random: Random, depth: number): Json {
  return ofDefinition(
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
    random,
    depth + 3,
  );
}

function jsonObject(random: Random, depth: number): Json {
  return keyed(random, () => anyJson(random, depth + 1));
}

function anyJson(random: Random, depth: number): Json {
  const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
  const values = [
    (): Json => null,
    (): Json => random() < 0.5,
    (): Json => pick(random, doubles),
    (): Json => pick(random, words),
    (): Json => jsonObject(random, depth),
    (): Json => several(random, () => anyJson(random, depth + 1)),
  ];
  return values[kind]?.() ?? null;
}

function keyed(random: Random, value: () => Json): Json {
  return Object.fromEntries(several(random, () => [pick(random, keys), value()] as const));
}

function several<T>(random: Random, one: () => T): T[] {
  return random() < 0.6 ? [one()] : [one(), one()];
}

function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error('nothing to choose from');
  return choice;
}
