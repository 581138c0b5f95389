/** IPv4 ranges as numbers: what the allocators of cluster addresses count in. */

export interface Ipv4Range {
  /** First address as an unsigned 32-bit number. */
  readonly base: number;
  readonly size: number;
}

/** Parses `10.96.0.0/16`; throws on anything else. */
export function parseCidr(cidr: string): Ipv4Range {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(cidr);
  const prefix = Number(match?.[2]);
  const address = match?.[1] === undefined ? undefined : parseIpv4(match[1]);
  if (address === undefined || !(prefix >= 0 && prefix <= 32)) throw new Error(`not an IPv4 range: ${cidr}`);
  const size = 2 ** (32 - prefix);
  return { base: address - (address % size), size };
}

/** `10.0.0.1` as a number, undefined where it is no IPv4 address. */
export function parseIpv4(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The inverse of parseIpv4. */
export function formatIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** The range as people write it: the inverse of parseCidr. */
export function cidrOf({ base, size }: Ipv4Range): string {
  return `${formatIpv4(base)}/${32 - Math.log2(size)}`;
}
