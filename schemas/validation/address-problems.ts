/** Addresses and ranges of addresses, as checks: what a format alone does not tell. */
import type { FieldPath } from './field-path.ts';
import { formats } from './formats.ts';
import { isIPv4, isIPv6 } from './ip.ts';
import type { Reporter } from './rule.ts';

export type IpFamily = 'IPv4' | 'IPv6';

/** The family of an address, none where the text is no address. */
export function familyOf(address: string): IpFamily | undefined {
  if (isIPv4(address)) return 'IPv4';
  return isIPv6(address) ? 'IPv6' : undefined;
}

/** The bits of an address, most significant first: 32 or 128 of them; none where the text is no address. */
export function addressBits(address: string): string | undefined {
  if (isIPv4(address)) return address.split('.').map(byteBits).join('');
  if (!isIPv6(address)) return undefined;
  const [head = '', tail] = address.split('::');
  const before = groupBits(head);
  if (tail === undefined) return before;
  const after = groupBits(tail);
  return before + '0'.repeat(128 - before.length - after.length) + after;
}

function byteBits(decimal: string): string {
  return Number(decimal).toString(2).padStart(8, '0');
}

function groupBits(groups: string): string {
  if (groups === '') return '';
  return groups
    .split(':')
    .map((group) =>
      group.includes('.')
        ? group.split('.').map(byteBits).join('')
        : Number.parseInt(group, 16).toString(2).padStart(16, '0'),
    )
    .join('');
}

/** The leading bits that all addresses of a range share; none where the text is no range. */
export function rangeBits(cidr: string): string | undefined {
  if (formats.cidr(cidr) !== undefined) return undefined;
  const [address = '', length] = cidr.split('/');
  return addressBits(address)?.slice(0, Number(length));
}

/** Ranges that no endpoint of a service may lie in, by the bits that they begin with, in Kubernetes' words. */
const specialRanges: readonly { readonly cidrs: readonly string[]; readonly problem: string }[] = [
  { cidrs: ['127.0.0.0/8', '::1/128'], problem: 'may not be in the loopback range (127.0.0.0/8, ::1/128)' },
  {
    cidrs: ['169.254.0.0/16', 'fe80::/10'],
    problem: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  },
  {
    cidrs: ['224.0.0.0/24', 'ff02::/16'],
    problem: 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  },
];

/** Reports an address that is none, or that names no single other machine (loopback, link-local, unspecified). */
export function reportEndpointIp(path: FieldPath, address: string, report: Reporter): void {
  const bits = addressBits(address);
  if (bits === undefined) {
    report.format(path, address, 'ip');
    return;
  }
  if (!bits.includes('1')) report.invalid(path, address, `may not be unspecified (${address})`);
  for (const { cidrs, problem } of specialRanges) {
    const inside = cidrs.some((cidr) => {
      const prefix = rangeBits(cidr) ?? '';
      return familyOf(cidr.split('/')[0] ?? '') === familyOf(address) && bits.startsWith(prefix);
    });
    if (inside) report.invalid(path, address, problem);
  }
}

/** Whether the list holds more than one address or range of a family. */
export function repeatsFamily(addresses: readonly string[]): boolean {
  const families = addresses.map((address) => familyOf(address.split('/')[0] ?? ''));
  return new Set(families).size < families.length;
}
