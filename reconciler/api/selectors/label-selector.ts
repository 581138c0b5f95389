/** Label selectors in the form of query parameters, by the grammar of apimachinery's labels package. */
import { formats } from '../../../schemas/validation/formats.ts';
import { badRequest } from '../api-error.ts';

type Labels = Readonly<Record<string, string>>;
export type LabelTest = (labels: Labels) => boolean;

/** Selectors longer than this are refused: no client writes them by hand, and each one is tested per object. */
const selectorLengthMax = 64 * 1024;

const token = /\s*([(),]|!=|==|=|>|<|!|[^\s(),!=<>]+)/y;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>3`; undefined for an empty one, which everything matches. */
export function labelSelector(text: string | null): LabelTest | undefined {
  if (text === null || text.trim() === '') return undefined;
  if (text.length > selectorLengthMax)
    throw badRequest(`unable to parse requirement: a selector has at most ${selectorLengthMax} characters`);
  const parser = new SelectorParser(text);
  const tests = parser.requirements();
  return (labels) => tests.every((test) => test(labels));
}

class SelectorParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    const tokens: string[] = [];
    token.lastIndex = 0;
    for (let match = token.exec(text); match !== null; match = token.exec(text)) tokens.push(match[1] ?? '');
    this.#tokens = tokens;
  }

  requirements(): readonly LabelTest[] {
    const tests: LabelTest[] = [];
    while (this.#at < this.#tokens.length) {
      tests.push(this.#requirement());
      const next = this.#take();
      if (next === undefined) break;
      if (next !== ',') throw wrong(`found '${next}', expected: ',' or 'end of string'`);
      if (this.#peek() === undefined) throw wrong(`found '', expected: identifier after ','`);
    }
    return tests;
  }

  #requirement(): LabelTest {
    if (this.#peek() === '!') {
      this.#take();
      const absent = this.#key();
      return (labels) => !Object.hasOwn(labels, absent);
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return (labels) => Object.hasOwn(labels, key);
    this.#take();
    switch (operator) {
      case '=':
      case '==': {
        const value = this.#value();
        return (labels) => labels[key] === value;
      }
      case '!=': {
        const value = this.#value();
        return (labels) => labels[key] !== value;
      }
      case 'in': {
        const values = this.#values();
        return (labels) => values.has(labels[key] ?? '\0');
      }
      case 'notin': {
        const values = this.#values();
        return (labels) => !values.has(labels[key] ?? '\0');
      }
      case '>':
      case '<':
        return this.#comparison(key, operator);
      default:
        throw wrong(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #comparison(key: string, operator: '>' | '<'): LabelTest {
    const text = this.#take() ?? '';
    if (!/^-?\d+$/.test(text))
      throw wrong(
        `values[0][${key}]: Invalid value: "${text}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    const bound = Number(text);
    return (labels) => {
      const value = labels[key];
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === '>' ? Number(value) > bound : Number(value) < bound;
    };
  }

  #key(): string {
    const key = this.#take() ?? '';
    const problem = formats.qualifiedName(key);
    if (problem !== undefined) throw wrong(`key: Invalid value: "${key}": ${problem}`);
    return key;
  }

  /** Nothing stands for the empty value: `a=` and `a=,b`. */
  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',') return '';
    return checkedValue(this.#take() ?? '');
  }

  #values(): ReadonlySet<string> {
    if (this.#take() !== '(') throw wrong(`found '', expected: '('`);
    const values = new Set<string>();
    let expected = true;
    for (;;) {
      const next = this.#take();
      if (next === undefined) throw wrong(`found '', expected: ',', or ')'`);
      if (next === ')') {
        if (expected) values.add('');
        return values;
      }
      if (next === ',') {
        if (expected) values.add('');
        expected = true;
      } else {
        values.add(checkedValue(next));
        expected = false;
      }
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string | undefined {
    return this.#tokens[this.#at++];
  }
}

function checkedValue(value: string): string {
  const problem = value === '' ? undefined : formats.labelValue(value);
  if (problem !== undefined) throw wrong(`values[0]: Invalid value: "${value}": ${problem}`);
  return value;
}

function wrong(detail: string): Error {
  return badRequest(`unable to parse requirement: ${detail}`);
}
