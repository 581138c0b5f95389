/** IPv4 addresses and ranges (RFC 4632) as numbers. What is not IPv4 is `undefined`, never an exception. */

export interface Ipv4Range {
  /** The first address, as an unsigned number. */
  readonly first: number;
  readonly prefixLength: number;
}

/** Dotted decimal without leading zeros, which some programs read as octal. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    address = address * 256 + octet;
  }
  return address;
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
