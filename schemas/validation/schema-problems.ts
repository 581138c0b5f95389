/** ajv's errors in the words of people who write manifests. */
import { type FieldProblem, invalid, required, unknownField, wrongType } from './field-problem.ts';
import type { FieldPath, PathSegment } from './field-path.ts';
import { formats } from './formats.ts';
import { type JsonSchema, definitions, resolve } from './json-schema-documents.ts';
import { fieldsOf, listOf } from './loose.ts';
import { nearest } from './suggestion.ts';
import { type SchemaError, validatorFor } from './validators.ts';

/** A place inside an object together with its schema. */
interface Place {
  readonly path: FieldPath;
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** Whether the struct around it demands this field. */
  readonly demanded: boolean;
  /** Whether it is a field of a struct: there null means absent, in lists and maps it is an error. */
  readonly ofStruct: boolean;
}

/** Articles and names of JSON Schema's types. */
const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  object: 'a map',
  string: 'a string',
};

const formatRules: Readonly<Record<string, (value: unknown) => string>> = {
  byte: (value) => formats.base64(String(value)) ?? '',
  'date-time': (value) => formats.time(String(value)) ?? '',
  quantity: (value) => formats.quantity(String(value)) ?? '',
  int32: () => 'must fit into 32 bits (-2147483648 to 2147483647)',
  int64: () => 'must fit into 64 bits',
  double: () => 'must be a finite number',
};

/** Everything in which `object` differs from its definition: unknown fields, wrong types, missing fields. */
export function schemaProblems(definition: string, object: unknown): FieldProblem[] {
  const errors = validatorFor(definition)(object);
  if (errors.length === 0) return [];
  const root = definitions()[definition];
  if (root === undefined) throw new Error(`no JSON Schema for ${definition}`);
  return errors.flatMap((error) => translate(error, placeOf(error.instancePath, root, object)) ?? []);
}

function translate(error: SchemaError, place: Place): FieldProblem | undefined {
  const { path, schema, value } = place;
  switch (error.keyword) {
    case 'required':
      return missing(String(error.params['missingProperty']), place);
    case 'additionalProperties':
      return unknown(String(error.params['additionalProperty']), place);
    case 'type':
      return typeProblem(place);
    case 'format':
      return invalid(
        path,
        value,
        formatRules[schema.format ?? '']?.(value) ?? `must be of format ${String(schema.format)}`,
      );
    default:
      throw new Error(`the generated schemas have no ${error.keyword}`);
  }
}

/**
 * A field that has to be there. The zero of numbers and booleans is a value, an absent list an empty one where its kind
 * says so, and a status is whatever its writer found: Kubernetes asks for nothing there.
 */
function missing(name: string, { path, schema }: Place): FieldProblem | undefined {
  if (path[0] === 'status' || mayBeEmpty(schema, name)) return undefined;
  const { type } = resolve(schema.properties?.[name] ?? {});
  const zero = type === 'integer' || type === 'number' || type === 'boolean';
  return zero ? undefined : required([...path, name]);
}

function unknown(name: string, { path, schema }: Place): FieldProblem {
  const known = Object.keys(schema.properties ?? {});
  return unknownField([...path, name], name, known, nearest(name, known));
}

/** Required lists that may hold nothing. */
const emptyLists: readonly (readonly [definition: string, field: string])[] = [
  ['io.k8s.api.storage.v1.CSINodeSpec', 'drivers'],
];

function mayBeEmpty(schema: JsonSchema, name: string): boolean {
  return emptyLists.some(([definition, field]) => field === name && definitions()[definition] === schema);
}

/** Null stands for "not set" wherever a field may be left out. */
function typeProblem({ path, schema, value, demanded, ofStruct }: Place): FieldProblem | undefined {
  if (value === null && ofStruct) return demanded ? required(path) : undefined;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const expected = types.map((type) => typeNames[type] ?? type).join(' or ');
  const quote = expected === 'a string' && (typeof value === 'number' || typeof value === 'boolean');
  return wrongType(path, value, quote ? `${expected} (quote it: "${String(value)}")` : expected);
}

/** Follows a JSON pointer through object and schema at once. */
function placeOf(pointer: string, root: JsonSchema, object: unknown): Place {
  let place: Place = { path: [], schema: root, value: object, demanded: true, ofStruct: false };
  for (const escaped of pointer.split('/').slice(1)) {
    place = inner(place, escaped.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return place;
}

function inner({ path, schema, value }: Place, name: string): Place {
  if (Array.isArray(value)) {
    const index = Number(name);
    return at([...path, index], schema.items, listOf(value)[index], false, false);
  }
  const property = schema.properties?.[name];
  const segment: PathSegment = property === undefined ? { key: name } : name;
  const values = schema.additionalProperties === false ? undefined : schema.additionalProperties;
  const demanded = schema.required?.includes(name) === true;
  return at([...path, segment], property ?? values, fieldsOf(value)[name], demanded, property !== undefined);
}

function at(
  path: FieldPath,
  schema: JsonSchema | undefined,
  value: unknown,
  demanded: boolean,
  ofStruct: boolean,
): Place {
  return { path, schema: resolve(schema ?? {}), value, demanded, ofStruct };
}
