/** The words in which Kubernetes' decoder, written in Go, refuses a value of the wrong type. */

/** A body that is well formed and yet no object of its kind: `message` is what follows the kind in the answer. */
export class TypeFault extends Error {
  override readonly name = 'TypeFault';
}

/** Where a value stands: the Go struct around it, and the names of fields that lead to it, without indexes and keys. */
export interface GoPlace {
  readonly struct: string;
  readonly fields: readonly string[];
}

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
export function wrongType(value: unknown, goType: string, { struct, fields }: GoPlace): TypeFault {
  const target = fields.length === 0 ? 'Go value' : `Go struct field ${struct}.${fields.join('.')}`;
  return new TypeFault(`json: cannot unmarshal ${valueName(value)} into ${target} of type ${goType}`);
}

/** Integers that do not fit are told with their digits. */
export function wrongNumber(value: number, goType: string, place: GoPlace): TypeFault {
  const { message } = wrongType(value, goType, place);
  return new TypeFault(message.replace('unmarshal number', `unmarshal number ${value}`));
}

function valueName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' ? 'bool' : type;
}
