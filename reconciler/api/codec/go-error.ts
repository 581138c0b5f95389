/** The words in which Kubernetes' decoder, written in Go, refuses a value of the wrong type. */

/** A body that is well formed and yet no object of its kind: `message` is what follows the kind in the answer. */
export class TypeFault extends Error {
  override readonly name = 'TypeFault';
  /** The same in the words of a strategic merge patch, which is converted without being JSON again. */
  readonly conversionMessage: string;

  constructor(message: string, conversionMessage = message) {
    super(message);
    this.conversionMessage = conversionMessage;
  }
}

/** Where a value stands: the Go struct around it, and the names of fields that lead to it, without indexes and keys. */
export interface GoPlace {
  readonly struct: string;
  readonly fields: readonly string[];
}

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
export function wrongType(value: unknown, goType: string, { struct, fields }: GoPlace): TypeFault {
  const target = fields.length === 0 ? 'Go value' : `Go struct field ${struct}.${fields.join('.')}`;
  const message = `json: cannot unmarshal ${valueName(value)} into ${target} of type ${goType}`;
  return new TypeFault(message, conversionProblem(value, goType));
}

/** What apimachinery's converter says of a value that does not fit; undefined for types that read JSON themselves. */
function conversionProblem(value: unknown, goType: string): string | undefined {
  const kind = goKind(value);
  if (/^(string|bool|u?int\d*|float64)$/.test(goType)) return `unrecognized type: ${goType}`;
  if (goType === '[]uint8') return undefined;
  if (goType.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (goType.startsWith('map[')) return `cannot restore map from ${kind}`;
  const readsJson = /Time$|Quantity$|IntOrString$|FieldsV1$/.test(goType);
  return readsJson ? undefined : `cannot restore struct from: ${kind}`;
}

/** The kind of Go value that JSON is decoded to. */
function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'object' ? 'map' : valueName(value);
}

/** Integers that do not fit are told with their digits. */
export function wrongNumber(value: number | bigint, goType: string, place: GoPlace): TypeFault {
  const { message, conversionMessage } = wrongType(value, goType, place);
  return new TypeFault(message.replace('unmarshal number', `unmarshal number ${value}`), conversionMessage);
}

function valueName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  const type = typeof value === 'bigint' ? 'number' : typeof value;
  return type === 'boolean' ? 'bool' : type;
}
