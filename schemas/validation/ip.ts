/** IP addresses as text, without a resolver: schemas/ runs where there is no network. */

const ipv4Part = /^(0|[1-9][0-9]{0,2})$/;
const ipv6Part = /^[0-9a-fA-F]{1,4}$/;

/** Four decimal numbers up to 255 without leading zeros. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => ipv4Part.test(part) && Number(part) <= 255);
}

/** Eight groups of hexadecimal digits, one run of zeros as `::`, the last two groups perhaps as an IPv4 address. */
export function isIPv6(text: string): boolean {
  if (text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)?.at(-1);
  const embedded = last?.includes('.') === true;
  if (embedded && !isIPv4(last)) return false;
  const all = groups.flat();
  const hexadecimal = embedded ? all.slice(0, -1) : all;
  if (!hexadecimal.every((group) => ipv6Part.test(group))) return false;
  const count = hexadecimal.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
