/** JSON that clients send: read at full speed, within bounds, and never rounded. */
import { isUtf8 } from 'node:buffer';
import { parseExactJson } from '../../core/model/exact-json.ts';
import { nestsDeeper, scanJson } from './json-scan.ts';
import { nestingMax } from './limits.ts';
import { TextFault } from './text-fault.ts';

/** Digits enough to be rounded, or an exponent enough to overflow; also inside text, where it means nothing. */
const suspiciousNumber = /[0-9]{16}|[0-9][eE]\+?[0-9]{3}/;
const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * The value of JSON bytes. Throws TextFault for what is no UTF-8 or no JSON, nests deeper than `depthMax`, or has a
 * number that cannot be kept exactly; integers of 64 bits can, as bigints. Keys that stand twice count the last time: `duplicateKeys` finds them.
 */
export function parseJson(bytes: Uint8Array, depthMax = nestingMax): unknown {
  return parseJsonText(decodeUtf8(bytes), depthMax);
}

/** The same of a text. */
export function parseJsonText(text: string, depthMax = nestingMax): unknown {
  if (hasBrackets(text, depthMax) && nestsDeeper(text, depthMax))
    throw new TextFault(`exceeded max depth: nested more than ${nestingMax} deep`);
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    throw new TextFault(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (suspiciousNumber.test(text)) refuseInexact(text);
  return value;
}

/** The text of bytes that must be UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new TextFault('invalid UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Whether there are more than `count` brackets, those inside of text too: clears all but strange bodies. */
function hasBrackets(text: string, count: number): boolean {
  let brackets = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if ((char === openBrace || char === openBracket) && ++brackets > count) return true;
  }
  return false;
}

function refuseInexact(text: string): void {
  const [number] = scanJson(text).inexact;
  if (number === undefined) return;
  const where = number.path === '' ? '' : `${number.path}: `;
  throw new TextFault(`${where}the number ${number.literal} is too large to be kept exactly`);
}
