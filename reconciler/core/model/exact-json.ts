/**
 * JSON whose integers stay what they are: those beyond 2^53, which a number would round, are bigints, and are written
 * as they came. Custom objects have them; Kubernetes keeps 64 bits.
 */

/** Digits enough to be rounded; also inside of text, where it means nothing. */
const manyDigits = /[0-9]{16}/;
const wholeNumber = /^-?[0-9]+$/;

/** Of ECMAScript's source text access to JSON.parse, which the compiler's libraries do not know yet. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const exact = JSON as unknown as ExactJson;

// What JSON.stringify asks every value for; without it, it throws at the first bigint.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint): unknown {
    return exact.rawJSON(this.toString());
  },
});

/** As JSON.parse; an integer of 64 bits that no number holds is a bigint. */
export function parseExactJson(text: string): unknown {
  if (!manyDigits.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && isRounded(value, source) ? BigInt(source) : value,
  );
}

/** Whether an integer's digits say something else than the number they were read as, and fit in 64 bits. */
export function isRounded(value: number, source: string): boolean {
  return !Number.isSafeInteger(value) && isInt64(source);
}

/** Whether the text is an integer of 64 bits with a sign. */
export function isInt64(source: string): boolean {
  if (!wholeNumber.test(source)) return false;
  const whole = BigInt(source);
  return BigInt.asIntN(64, whole) === whole;
}
