/**
 * What an unquoted scalar means. kubectl reads YAML 1.1 (sigs.k8s.io/yaml): `yes` is true and 0777 is 511; YAML 1.2
 * reads text and 777. Where the two differ nothing is guessed: the scalar is refused with what to write instead.
 */

export interface PlainScalar {
  readonly value: string | number | boolean | null;
  readonly problem?: string;
  readonly expected?: string;
}

const integer = /^[-+]?(0|[1-9][0-9]*)$/;
const prefixed = /^0(x[0-9a-fA-F]+|o[0-7]+)$/;
const leadingZero = /^[-+]?0[0-9]+$/;
const binary = /^[-+]?0b[01_]+$/;
const signedPrefixed = /^[-+]0(x[0-9a-fA-F]+|o[0-7]+)$/;
const underscored = /^[-+]?(0[xob])?[0-9a-fA-F]*_[0-9a-fA-F_]*(\.[0-9_]*)?$/;
const underscoredNumber = /^[-+]?[0-9][0-9_]*(\.[0-9_]*)?$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const longestWord = 5;

const words = new Map<string, PlainScalar>([
  ...['~', 'null', 'Null', 'NULL'].map((text): [string, PlainScalar] => [text, { value: null }]),
  ...['true', 'True', 'TRUE'].map((text): [string, PlainScalar] => [text, { value: true }]),
  ...['false', 'False', 'FALSE'].map((text): [string, PlainScalar] => [text, { value: false }]),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((text) => ambiguousWord(text, true)),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((text) => ambiguousWord(text, false)),
  ...['.inf', '.Inf', '.INF', '+.inf', '-.inf', '.nan', '.NaN', '.NAN'].map(notANumber),
]);

/** Reads an unquoted scalar; with a problem where kubectl and YAML 1.2 would read different things. */
export function readPlainScalar(text: string): PlainScalar {
  if (text.length <= longestWord) {
    if (text === '') return { value: null };
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  return numeric ? readNumber(text) : { value: text };
}

function readNumber(text: string): PlainScalar {
  if (integer.test(text) || prefixed.test(text)) return safeInteger(text);
  if (leadingZero.test(text)) return leadingZeroProblem(text);
  if (binary.test(text) || signedPrefixed.test(text))
    return otherwise(text, 'a number in kubectl and text elsewhere');
  if (float.test(text)) return finite(text);
  if (text.includes('_') && (underscored.test(text) || underscoredNumber.test(text))) {
    return otherwise(text, 'a number in kubectl and text elsewhere');
  }
  return { value: text };
}

/** Above 2^53 a number is not kept exactly: what is applied would not be what was written. */
function safeInteger(text: string): PlainScalar {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return { value: Object.is(value, -0) ? 0 : value };
  return {
    value,
    problem: `the integer ${text} is too large to be kept exactly`,
    expected: `at most ${Number.MAX_SAFE_INTEGER}, or text in quotes: "${text}"`,
  };
}

function leadingZeroProblem(text: string): PlainScalar {
  if (!/^[0-7]+$/.test(text)) return otherwise(text, 'a number in kubectl, with its leading zero lost');
  const [octal, decimal] = [Number.parseInt(text, 8), Number.parseInt(text, 10)];
  return {
    value: octal,
    problem: `${text} without quotes is octal (${octal}) in kubectl and decimal (${decimal}) elsewhere`,
    expected: `0o${octal.toString(8)} or ${octal} for octal, ${decimal} for decimal, or text in quotes: "${text}"`,
  };
}

function finite(text: string): PlainScalar {
  const value = Number(text);
  if (Number.isFinite(value)) return { value };
  return { value: 0, problem: `the number ${text} is too large`, expected: `text in quotes: "${text}"` };
}

function otherwise(text: string, meaning: string): PlainScalar {
  return {
    value: text,
    problem: `${text} without quotes is ${meaning}`,
    expected: `plain decimal digits, or text in quotes: "${text}"`,
  };
}

function ambiguousWord(text: string, value: boolean): [string, PlainScalar] {
  const problem = `${text} without quotes is the boolean ${String(value)} in kubectl and text elsewhere`;
  return [text, { value, problem, expected: `${String(value)}, or text in quotes: "${text}"` }];
}

function notANumber(text: string): [string, PlainScalar] {
  return [
    text,
    {
      value: null,
      problem: `${text} cannot be kept as JSON`,
      expected: `a finite number, or text in quotes: "${text}"`,
    },
  ];
}
