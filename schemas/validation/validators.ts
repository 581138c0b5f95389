/** Compiled JSON Schema validators, one per definition, made when first asked for. */
import { Ajv, type ErrorObject } from 'ajv';
import { formats } from './formats.ts';
import { definitions } from './json-schema-documents.ts';

export type SchemaError = ErrorObject;

type Validator = (value: unknown) => readonly SchemaError[];

const documentKey = 'kinds';
const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const int64 = { min: -(2 ** 63), max: 2 ** 63 };

const validators = new Map<string, Validator>();
let ajv: Ajv | undefined;

/** The validator of a definition. Compiling a workload's takes tens of milliseconds, once. */
export function validatorFor(definition: string): Validator {
  const known = validators.get(definition);
  if (known !== undefined) return known;
  const compiled = sharedAjv().getSchema(`${documentKey}#/definitions/${definition}`);
  if (compiled === undefined) throw new Error(`no JSON Schema for ${definition}`);
  const validator: Validator = (value) => (compiled(value) === true ? [] : (compiled.errors ?? []));
  validators.set(definition, validator);
  return validator;
}

/** One instance for all: a definition that several kinds lean on is compiled once and called by reference. */
function sharedAjv(): Ajv {
  if (ajv !== undefined) return ajv;
  ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    inlineRefs: false,
    validateSchema: false,
    meta: false,
    formats: {
      byte: (text: string) => formats.base64(text) === undefined,
      'date-time': (text: string) => formats.time(text) === undefined,
      // Bare numbers are quantities too; they never reach a text format.
      quantity: (text: string) => formats.quantity(text) === undefined,
      'int-or-string': true,
      int32: { type: 'number', validate: (value: number) => value >= int32.min && value <= int32.max },
      int64: { type: 'number', validate: (value: number) => value >= int64.min && value <= int64.max },
      double: { type: 'number', validate: Number.isFinite },
    },
  });
  ajv.addSchema({ definitions: definitions() }, documentKey);
  return ajv;
}
