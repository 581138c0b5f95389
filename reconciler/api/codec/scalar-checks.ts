/** Checks of single values, in the words of Kubernetes' decoder. */
import { formats } from '../../../schemas/validation/formats.ts';
import type { JsonSchema } from '../../../schemas/validation/json-schema-documents.ts';
import { quantityRule, quantityValue } from '../../../schemas/validation/quantity.ts';
import { type GoPlace, TypeFault, wrongNumber, wrongType } from './go-error.ts';

export interface ScalarCheck {
  readonly goType: string;
  /** The value itself. Throws TypeFault. */
  readonly check: (value: unknown, place: GoPlace) => unknown;
  /** What null stands for in lists and maps. */
  readonly zero: unknown;
}

const layouts = { Time: '2006-01-02T15:04:05Z07:00', MicroTime: '2006-01-02T15:04:05.000000Z07:00' };
const base64Alphabet = /[^A-Za-z0-9+/]/;

const text: ScalarCheck = {
  goType: 'string',
  zero: '',
  check: (value, place) => {
    if (typeof value !== 'string') throw wrongType(value, 'string', place);
    return value;
  },
};

const boolean: ScalarCheck = {
  goType: 'bool',
  zero: false,
  check: (value, place) => {
    if (typeof value !== 'boolean') throw wrongType(value, 'bool', place);
    return value;
  },
};

const double: ScalarCheck = {
  goType: 'float64',
  zero: 0,
  check: (value, place) => {
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'number') throw wrongType(value, 'float64', place);
    return value;
  },
};

const bytes: ScalarCheck = {
  goType: '[]uint8',
  zero: '',
  check: (value, place) => {
    if (typeof value !== 'string') throw wrongType(value, '[]uint8', place);
    if (formats.base64(value) === undefined) return value;
    const wrong = value.search(base64Alphabet);
    // Of a text that only ends too early, the last group of four letters is at fault.
    const at = wrong < 0 ? value.length - (value.length % 4) : wrong;
    throw new TypeFault(`illegal base64 data at input byte ${at}`);
  },
};

const quantity: ScalarCheck = {
  goType: 'resource.Quantity',
  zero: '0',
  check: (value) => {
    if (typeof value !== 'bigint' && quantityValue(value) === undefined) throw new TypeFault(quantityRule);
    return String(value);
  },
};

const int32 = integer(32);

const intOrString: ScalarCheck = {
  goType: 'intstr.IntOrString',
  zero: 0,
  check: (value, place) => (typeof value === 'string' ? value : int32.check(value, place)),
};

/** By format, or by type where there is no format. */
const byFormat: Readonly<Record<string, ScalarCheck>> = {
  boolean,
  byte: bytes,
  double,
  int32,
  int64: integer(64),
  'int-or-string': intOrString,
  quantity,
  string: text,
};

/** The check of a schema of a single value; undefined for objects, lists and what may be anything. */
export function scalarCheck({ type, format }: JsonSchema, definition: string): ScalarCheck | undefined {
  if (format === 'date-time') return time(definition === 'MicroTime' ? 'MicroTime' : 'Time');
  if (type === undefined || type === 'object' || type === 'array') return undefined;
  const check = byFormat[format ?? String(type)];
  if (check === undefined) throw new Error(`no check of ${String(type)} ${format ?? ''}`);
  return check;
}

function integer(bits: 32 | 64): ScalarCheck {
  const goType = `int${bits}`;
  return {
    goType,
    zero: 0,
    check: (value, place) => {
      if (typeof value === 'bigint') throw tooLarge(value, bits, place);
      if (typeof value !== 'number') throw wrongType(value, goType, place);
      if (!isInteger(value, bits)) throw wrongNumber(value, goType, place);
      return value;
    },
  };
}

/** Fields of built-in kinds are numbers: none of them has a meaning beyond 2^53. */
function tooLarge(value: bigint, bits: 32 | 64, place: GoPlace): TypeFault {
  if (bits === 32) return wrongNumber(value, 'int32', place);
  return new TypeFault(`${place.fields.join('.')}: the number ${value} is too large to be kept exactly`);
}

function time(type: keyof typeof layouts): ScalarCheck {
  return {
    goType: `v1.${type}`,
    zero: null,
    check: (value, place) => {
      if (typeof value !== 'string') throw wrongType(value, 'string', place);
      if (formats.time(value) === undefined) return value;
      const quoted = JSON.stringify(value);
      throw new TypeFault(`parsing time ${quoted} as "${layouts[type]}": cannot parse ${quoted} as "2006"`);
    },
  };
}

function isInteger(value: unknown, bits: 32 | 64): value is number {
  if (!Number.isInteger(value)) return false;
  const bound = 2 ** (bits - 1);
  return (value as number) >= -bound && (value as number) < bound;
}
