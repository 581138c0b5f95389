/** Checks of values against the types of the API, compiled from the JSON Schemas, one per definition. */
import { type JsonSchema, definitions, refName } from '../../../schemas/validation/json-schema-documents.ts';
import { TypeFault, wrongType } from './go-error.ts';
import { embeddedStructs, omittedFields } from './omitted-fields.ts';
import { messageOfDefinition } from './protobuf-kinds.ts';
import { type ScalarCheck, scalarCheck } from './scalar-checks.ts';

/** Where the check of an object stands, and what it found. */
export interface Walk {
  /** Names, `[0]` of lists and keys of maps that lead here. */
  readonly path: string[];
  /** Names of fields alone. */
  readonly fields: string[];
  /** Name of the struct around. */
  struct: string;
  readonly unknown: string[];
}

/** The value as it is kept: itself where nothing is to be left out. Throws TypeFault. */
type Check = (value: unknown, walk: Walk) => unknown;

interface FieldCheck {
  /** What Go calls its type. */
  readonly goType: string;
  readonly check: Check;
  /** What null stands for where something must stand. */
  readonly zero: () => unknown;
}

interface StructField extends FieldCheck {
  /** What a fault in it is told under: the embedded structs that it is in, and its name. */
  readonly names: readonly string[];
}

type JsonObject = Readonly<Record<string, unknown>>;

const schemaProps = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

/** Definitions that hold one of several types, and what each of them is when it is an object. */
const unions: ReadonlySet<string> = new Set([
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
]);

const anything: FieldCheck = { goType: 'interface {}', check: (value) => value, zero: () => null };
const checks = new Map<string, FieldCheck>();

/** The check of a definition; undefined when there is none of that name. */
export function checkOfDefinition(definition: string): Check | undefined {
  return definitions()[definition] === undefined ? undefined : ofDefinition(definition).check;
}

function ofDefinition(name: string): FieldCheck {
  let check = checks.get(name);
  if (check === undefined) {
    check = compile(name);
    checks.set(name, check);
  }
  return check;
}

function compile(name: string): FieldCheck {
  const schema = definitions()[name];
  if (schema === undefined) throw new Error(`no definition ${name}`);
  const short = name.slice(name.lastIndexOf('.') + 1);
  if (unions.has(short)) return union(`v1.${short}`);
  const scalar = scalarCheck(schema, short);
  if (scalar !== undefined) return ofScalar(scalar);
  return schema.properties === undefined ? anything : struct(name, schema.properties);
}

function ofSchema(schema: JsonSchema): FieldCheck {
  const name = refName(schema);
  if (name !== undefined) return ofDefinition(name);
  const scalar = scalarCheck(schema, '');
  if (scalar !== undefined) return ofScalar(scalar);
  if (schema.type === 'array') return list(ofSchema(schema.items ?? {}));
  const { additionalProperties } = schema;
  return typeof additionalProperties === 'object' ? map(ofSchema(additionalProperties)) : anything;
}

function ofScalar({ goType, check, zero }: ScalarCheck): FieldCheck {
  return { goType, check, zero: () => zero };
}

function list(items: FieldCheck): FieldCheck {
  const goType = `[]${items.goType}`;
  return {
    goType,
    zero: () => [],
    check: (value, walk) => {
      if (!Array.isArray(value)) throw wrongType(value, goType, walk);
      const from = value as readonly unknown[];
      let copy: unknown[] | undefined;
      for (let index = 0; index < from.length; index++) {
        const item = from[index];
        walk.path.push(`[${index}]`);
        const kept = item === null ? items.zero() : items.check(item, walk);
        walk.path.pop();
        if (copy === undefined && kept !== item) copy = from.slice(0, index);
        copy?.push(kept);
      }
      return copy ?? from;
    },
  };
}

function map(values: FieldCheck): FieldCheck {
  const goType = `map[string]${values.goType}`;
  return {
    goType,
    zero: () => ({}),
    check: (value, walk) => {
      if (!isObject(value)) throw wrongType(value, goType, walk);
      let changed = false;
      const entries = Object.entries(value).flatMap(([key, entry]): [string, unknown][] => {
        walk.path.push(key);
        const kept = entry === null ? values.zero() : values.check(entry, walk);
        walk.path.pop();
        changed ||= kept !== entry;
        return kept === undefined ? [] : [[key, kept]];
      });
      return changed ? Object.fromEntries(entries) : value;
    },
  };
}

/** Fields are looked up when the first value comes: definitions hold each other in circles. */
function struct(definition: string, properties: Readonly<Record<string, JsonSchema>>): FieldCheck {
  const name = definition.slice(definition.lastIndexOf('.') + 1);
  const goType = goTypeOf(definition);
  const message = messageOfDefinition(definition);
  const omitted = omittedFields(message);
  let fields: ReadonlyMap<string, StructField> | undefined;
  return {
    goType,
    zero: () => ({}),
    check: (value, walk) => {
      if (!isObject(value)) throw wrongType(value, goType, walk);
      fields ??= structFields(properties, message);
      const outer = walk.struct;
      walk.struct = name;
      const kept = checkFields(value, fields, omitted, walk);
      walk.struct = outer;
      return kept;
    },
  };
}

function structFields(
  properties: Readonly<Record<string, JsonSchema>>,
  message: string,
): ReadonlyMap<string, StructField> {
  const around = embeddedStructs(message);
  return new Map(
    Object.entries(properties).map(([key, property]) => [
      key,
      { ...ofSchema(property), names: [...(around.get(key) ?? []), key] },
    ]),
  );
}

function checkFields(
  value: JsonObject,
  fields: ReadonlyMap<string, StructField>,
  omitted: ReadonlySet<string>,
  walk: Walk,
): JsonObject {
  let copy: Record<string, unknown> | undefined;
  const keys = Object.keys(value);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? '';
    const entry = value[key];
    const kept = keptField(key, entry, fields.get(key), walk);
    const absent = kept === undefined || (omitted.has(key) && isEmptyValue(kept));
    if (copy === undefined && (absent || kept !== entry)) {
      copy = {};
      for (const before of keys.slice(0, at)) copy[before] = value[before];
    }
    if (copy !== undefined && !absent) copy[key] = kept;
  }
  return copy ?? value;
}

/** Undefined for what is left out: null, and fields that the struct does not have. */
function keptField(key: string, entry: unknown, field: StructField | undefined, walk: Walk): unknown {
  if (field === undefined) {
    walk.unknown.push(pathText([...walk.path, key]));
    return undefined;
  }
  if (entry === null || entry === undefined) return undefined;
  walk.path.push(key);
  walk.fields.push(...field.names);
  const kept = field.check(entry, walk);
  walk.fields.length -= field.names.length;
  walk.path.pop();
  return kept;
}

/**
 * A JSON Schema, or what stands in its place: true or false, a list of schemas, a list of names. Kubernetes reads these
 * apart from the rest: what is unknown in them is left out and not told, and text in place of a schema is no schema.
 */
function union(goType: string): FieldCheck {
  const takesBoolean = goType.endsWith('OrBool');
  const items = goType.endsWith('OrStringArray') ? ofSchema({ type: 'string' }) : undefined;
  return {
    goType,
    zero: () => null,
    check: (value) => {
      const walk: Walk = { path: [], fields: [], struct: '', unknown: [] };
      const schema = ofDefinition(schemaProps);
      if (isObject(value)) return schema.check(value, walk);
      if (takesBoolean && typeof value !== 'boolean') throw new TypeFault('boolean or JSON schema expected');
      if (takesBoolean) return value;
      return Array.isArray(value) ? list(items ?? schema).check(value, walk) : undefined;
    },
  };
}

/** `v1.PodSpec`: the package is the last part before the name. */
function goTypeOf(definition: string): string {
  return definition.split('.').slice(-2).join('.');
}

/** `spec.containers[0].image`. */
function pathText(path: readonly string[]): string {
  let text = '';
  for (const segment of path) text += segment.startsWith('[') || text === '' ? segment : `.${segment}`;
  return text;
}

function isEmptyValue(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
