/**
 * OpenAPI schemas compiled to closures, once each. Every keyword of a schema becomes a check that runs on the values
 * which it is about; what a check finds is worded as Kubernetes words it.
 */
import {
  addInvalid,
  addRequired,
  addTooMany,
  addUnsupported,
  addWrongType,
  type BodyRun,
} from './body-problem.ts';
import { alternativeChecks } from './alternative-checks.ts';
import { listChecks } from './list-checks.ts';
import { numberChecks, stringChecks } from './scalar-checks.ts';
import { itemSchemaOf, type StructuralSchema, valueSchemaOf } from './structural-schema.ts';
import { valueKey } from './value-key.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Adds what is wrong with `value` to `run`, which stands at it. */
export type Check = (value: unknown, run: BodyRun) => void;

const compiled = new WeakMap<StructuralSchema, Check>();

/** The check of a schema. Alternatives (`anyOf`, …) are checked by the same kind of closures. */
export function checkOf(schema: StructuralSchema): Check {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const check = compile(schema);
  compiled.set(schema, check);
  return check;
}

function compile(schema: StructuralSchema): Check {
  const type = typeCheck(schema);
  const enumeration = enumCheck(schema);
  const always: Check[] = [
    ...(enumeration === undefined ? [] : [enumeration]),
    ...alternativeChecks(schema, checkOf),
  ];
  const items = itemSchemaOf(schema);
  const ofString = stringChecks(schema);
  const ofNumber = numberChecks(schema);
  const ofList = listChecks(schema, items === undefined ? undefined : checkOf(items));
  const ofFields = fieldsCheck(schema);
  return (value, run) => {
    type(value, run);
    if (value === null) {
      enumeration?.(value, run);
      return;
    }
    if (typeof value === 'string') for (const check of ofString) check(value, run);
    else if (typeof value === 'number') for (const check of ofNumber) check(value, run);
    else if (typeof value === 'bigint') for (const check of ofNumber) check(Number(value), run);
    else if (Array.isArray(value)) for (const check of ofList) check(value as readonly unknown[], run);
    else if (typeof value === 'object') ofFields(value as Fields, run);
    for (const check of always) check(value, run);
  };
}

/** The types that a value may have, by JSON Schema's names. */
function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

function typeCheck(schema: StructuralSchema): Check {
  const types = typesOf(schema);
  const nullable = schema.nullable === true;
  if (types.length === 0) return () => undefined;
  const [only] = types;
  const fits = types.length === 1 && only !== undefined ? typeTests[only] : undefined;
  const anyFits = fits ?? ((value: unknown) => types.some((name) => typeTests[name]?.(value) === true));
  return (value, run) => {
    if (anyFits(value) || (value === null && nullable)) run.matches++;
    else addWrongType(run, typeName(value), types.join(','));
  };
}

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value) || typeof value === 'bigint',
  number: (value) => typeof value === 'number' || typeof value === 'bigint',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  string: (value) => typeof value === 'string',
};

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function enumCheck(schema: StructuralSchema): Check | undefined {
  const supported = schema.enum;
  if (supported === undefined || supported.length === 0) return undefined;
  const keys = new Set(supported.map(valueKey));
  return (value, run) => {
    if (keys.has(valueKey(value)) || (value === null && schema.nullable === true)) run.matches++;
    else addUnsupported(run, value, supported);
  };
}

/** Names, counts and values of an object. */
function fieldsCheck(schema: StructuralSchema): (fields: Fields, run: BodyRun) => void {
  const { minProperties, maxProperties } = schema;
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, inner]) => [name, checkOf(inner)] as const,
  );
  const named = new Set(properties.map(([name]) => name));
  const values = valueSchemaOf(schema);
  const ofValue = values === undefined || values === 'anything' ? undefined : checkOf(values);
  const required = schema.required ?? [];
  return (fields, run) => {
    if (minProperties !== undefined || maxProperties !== undefined) {
      const count = Object.keys(fields).length;
      if (count < (minProperties ?? 0))
        return addInvalid(run, count, `should have at least ${String(minProperties)} properties`);
      if (maxProperties !== undefined && count > maxProperties) return addTooMany(run, count, maxProperties);
    }
    for (const [name, check] of properties) {
      const value = own(fields, name);
      if (value === undefined) continue;
      run.path.push(name);
      check(value, run);
      run.path.pop();
    }
    if (ofValue !== undefined) {
      for (const name of Object.keys(fields)) {
        if (named.has(name) || fields[name] === undefined) continue;
        run.path.push(name);
        ofValue(fields[name], run);
        run.path.pop();
      }
    }
    for (const name of required) {
      if (own(fields, name) === undefined) addRequired(run, name);
      else run.matches++;
    }
  };
}

/** A field of the object itself: names such as `constructor` are inherited by every object. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
