/** What is wrong with protobuf bytes or with an object that is to become some, and in which field. */

export class ProtobufFault extends Error {
  override readonly name = 'ProtobufFault';
  readonly #segments: string[] = [];
  readonly problem: string;

  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.problem = problem;
  }

  /** Path of the field, `spec.containers[0].image`; empty for the whole. */
  get path(): string {
    return this.#segments.toReversed().join('').replace(/^\./, '');
  }

  /** Names what lies around the fault, from the inside out: `.spec`, `[0]`. */
  within(segment: string): this {
    this.#segments.push(segment);
    return this;
  }
}

/** Any error as a fault, inside the segment. protobuf.js throws plain errors where bytes end too early. */
export function faultWithin(error: unknown, segment: string): ProtobufFault {
  const fault =
    error instanceof ProtobufFault
      ? error
      : new ProtobufFault(error instanceof Error ? error.message : String(error), { cause: error });
  return segment === '' ? fault : fault.within(segment);
}
