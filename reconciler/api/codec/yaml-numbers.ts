/**
 * Numbers as Kubernetes' YAML reader (sigs.k8s.io/yaml) takes them: Go's own notation of integers (0777, 0o777, 0x1f,
 * 0b11, 1_000), and decimal fractions. Bodies of requests are read exactly so; manifests from Git are read more
 * strictly, as there a person can be asked what was meant.
 */
import { NOT_RESOLVED, defineScalarTag } from 'js-yaml';

const firstChars = ['-', '+', '.', ...'0123456789'];
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/;
const octal = /^0[0-7]+$/;
const fraction = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const special: ReadonlyMap<string, number> = new Map([
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, Number.NaN] as const),
]);

/** Integers; those that a number cannot keep come as bigint, for the caller to refuse. */
export const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: firstChars,
  resolve: (text) => readInteger(text.replaceAll('_', '')) ?? NOT_RESOLVED,
  identify: () => false,
});

/** Fractions, and what is too large or no number at all, for the caller to refuse. */
export const floatTag = defineScalarTag('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: firstChars,
  resolve: (text) => {
    const plain = text.replaceAll('_', '');
    return special.get(text) ?? (fraction.test(plain) ? Number(plain) : NOT_RESOLVED);
  },
  identify: () => false,
});

function readInteger(text: string): number | bigint | undefined {
  if (!integer.test(text)) return undefined;
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').toLowerCase();
  const magnitude = BigInt(octal.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = negative ? -magnitude : magnitude;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
