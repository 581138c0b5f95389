/**
 * A second look at JSON text that JSON.parse has already found well formed, for what a parsed value no longer tells:
 * keys that stand twice, and numbers that were rounded.
 */
import { isInt64 } from '../../core/model/exact-json.ts';

export interface JsonFindings {
  /** Paths of keys that stand a second time in their object, `spec.ports[0].port`, each once, in their order. */
  readonly duplicates: readonly string[];
  /** Numbers that cannot be kept: integers beyond 64 bits, and what overflows to infinity. */
  readonly inexact: readonly { readonly path: string; readonly literal: string }[];
}

/** What the walk keeps per open bracket. */
interface Frame {
  /** Keys met so far; undefined for lists. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  awaitsKey: boolean;
}

const code = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
} as const;

const number = /[-+.0-9eE]+/y;
const wholeNumber = /^-?[0-9]+$/;

/** Looks through the text once. It must be well formed. */
export function scanJson(text: string): JsonFindings {
  const duplicates = new Set<string>();
  const inexact: { path: string; literal: string }[] = [];
  walk(text, {
    key: (path, repeated) => {
      if (repeated) duplicates.add(path());
    },
    number: (path, literal) => {
      if (!isExact(literal)) inexact.push({ path: path(), literal });
    },
  });
  return { duplicates: [...duplicates], inexact };
}

/** The paths of all keys, each once, in the order in which they first stand in the text; of repeated ones the second. */
export function keyOrder(text: string): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  let position = 0;
  walk(text, {
    key: (path, repeated) => {
      position += 1;
      const name = path();
      if (repeated || !order.has(name)) order.set(name, position);
    },
  });
  return order;
}

/** Whether text, well formed or not, has more than `depthMax` brackets open at once. */
export function nestsDeeper(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === code.quote) at = endOfText(text, at);
    else if (char === code.openBrace || char === code.openBracket) depth += 1;
    else if (char === code.closeBrace || char === code.closeBracket) depth -= 1;
    if (depth > depthMax) return true;
  }
  return false;
}

function isExact(literal: string): boolean {
  const value = Number(literal);
  return (
    Number.isFinite(value) && (Number.isSafeInteger(value) || isInt64(literal) || !wholeNumber.test(literal))
  );
}

interface Visitor {
  readonly key: (path: () => string, repeated: boolean) => void;
  readonly number?: (path: () => string, literal: string) => void;
}

function walk(text: string, visitor: Visitor): void {
  const stack: Frame[] = [];
  const path = (): string => pathOf(stack);
  let frame: Frame | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === code.quote) {
      const end = endOfText(text, at);
      if (frame?.keys !== undefined && frame.awaitsKey) {
        frame.key = keyOf(text, at, end);
        frame.awaitsKey = false;
        visitor.key(path, frame.keys.has(frame.key));
        frame.keys.add(frame.key);
      }
      at = end;
    } else if (char === code.comma) {
      if (frame !== undefined) {
        frame.index += 1;
        frame.awaitsKey = true;
      }
    } else if (char === code.openBrace || char === code.openBracket) {
      const keys = char === code.openBrace ? new Set<string>() : undefined;
      frame = { keys, key: '', index: 0, awaitsKey: true };
      stack.push(frame);
    } else if (char === code.closeBrace || char === code.closeBracket) {
      stack.pop();
      frame = stack.at(-1);
    } else if (char === code.minus || (char >= code.zero && char <= code.nine)) {
      number.lastIndex = at;
      const literal = number.exec(text)?.[0] ?? '';
      visitor.number?.(path, literal);
      at += literal.length - 1;
    }
  }
}

/** Where the quote stands that ends the text whose first quote is at `start`; the end of all where it is missing. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === code.quote) return at;
    if (char === code.backslash) at += 1;
  }
  return text.length;
}

function keyOf(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end);
  return key.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : key;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const { keys, key, index } of stack) {
    if (keys === undefined) path += `[${index}]`;
    else path += path === '' ? key : `.${key}`;
  }
  return path;
}
