/** When a certificate ends, read from its DER form (RFC 5280, 4.1). */

import { parseTime } from '../../model/time.ts';

/** ASN.1 tags. */
const sequence = 0x30;
const utcTime = 0x17;
const generalizedTime = 0x18;
const version = 0xa0;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** `certificate`: base64 of a PEM chain, as in a request's status. Undefined where it cannot be read. */
export function notAfterMs(certificate: string): number | undefined {
  const der = firstOf(certificate);
  if (der === undefined) return undefined;
  const whole = elementAt(der, 0, der.length);
  const body = whole && elementAt(der, whole.start, whole.end);
  if (body?.tag !== sequence) return undefined;
  const fields = elementsIn(der, body);
  // After the version, which may be missing: serial number, algorithm, issuer, validity.
  const validity = fields[fields[0]?.tag === version ? 4 : 3];
  const end = validity === undefined ? undefined : elementsIn(der, validity)[1];
  return end === undefined ? undefined : timeMs(der, end);
}

function firstOf(certificate: string): Uint8Array | undefined {
  try {
    const pem = atob(certificate);
    const match = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem);
    if (match === null) return undefined;
    return Uint8Array.from(atob((match[1] ?? '').replace(/\s/g, '')), (char) => char.charCodeAt(0));
  } catch {
    // Not base64: then it is no certificate either.
    return undefined;
  }
}

function elementAt(der: Uint8Array, at: number, limit: number): Element | undefined {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    length = 0;
    for (let count = first & 0x7f; count > 0; count--) length = length * 256 + (der[start++] ?? 0);
  }
  return start + length > limit ? undefined : { tag, start, end: start + length };
}

function elementsIn(der: Uint8Array, { start, end }: Element): readonly Element[] {
  const found: Element[] = [];
  for (let at = start; at < end; ) {
    const element = elementAt(der, at, end);
    if (element === undefined) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

/** `YYMMDDhhmmssZ` of the years 1950 to 2049, or `YYYYMMDDhhmmssZ`. */
function timeMs(der: Uint8Array, { tag, start, end }: Element): number | undefined {
  const text = String.fromCharCode(...der.subarray(start, end));
  const digits = tag === utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  if (tag !== utcTime && tag !== generalizedTime) return undefined;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
