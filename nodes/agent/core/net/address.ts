/** IPv4 addresses and ranges (RFC 4632) as numbers. What is not IPv4 is `undefined`, never an exception. */

export interface Ipv4Range {
  /** The first address, as an unsigned number. */
  readonly first: number;
  readonly prefixLength: number;
}

const [zero, nine, dot] = [48, 57, 46];

/**
 * Dotted decimal without leading zeros, which some programs read as octal. Read character by character, as a full
 * load of the rules does so a hundred thousand times.
 */
export function parseIpv4(text: string): number | undefined {
  let address = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === dot) {
      if (digits === 0) return undefined;
      address = address * 256 + octet;
      octet = 0;
      digits = 0;
      dots += 1;
    } else {
      if (code < zero || code > nine || (digits > 0 && octet === 0)) return undefined;
      octet = octet * 10 + code - zero;
      digits += 1;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : undefined;
}

/** `10.42.3.0/24`; the bits behind the prefix must be zero. */
export function parseIpv4Range(text: string): Ipv4Range | undefined {
  const [addressText, lengthText, ...rest] = text.split('/');
  if (addressText === undefined || lengthText === undefined || rest.length > 0) return undefined;
  if (!/^(0|[1-9]\d?)$/.test(lengthText)) return undefined;
  const first = parseIpv4(addressText);
  const prefixLength = Number(lengthText);
  if (first === undefined || prefixLength > 32) return undefined;
  return first % sizeOf(prefixLength) === 0 ? { first, prefixLength } : undefined;
}

export function rangeContains(range: Ipv4Range, address: string): boolean {
  const parsed = parseIpv4(address);
  return parsed !== undefined && parsed >= range.first && parsed < range.first + sizeOf(range.prefixLength);
}

function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}
