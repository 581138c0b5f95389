/** The letters of Kubernetes' generated names: no vowels and no digits that look like letters. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;

/** Longest prefix of a generated name: the whole stays a DNS label. */
const prefixLengthMax = 63 - suffixLength;

/** A 32-bit mix of `seed` and `attempt` (splitmix32), evenly spread for neighbouring inputs. */
export function mix(seed: number, attempt: number): number {
  let z = (seed + Math.imul(attempt + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** `prefix` with five letters behind it, as `generateName` gives, but decided by `seed` and `attempt`. */
export function seededName(prefix: string, seed: number, attempt: number): string {
  let rest = mix(seed, attempt);
  let suffix = '';
  for (let index = 0; index < suffixLength; index++) {
    suffix += letters[rest % letters.length] ?? '';
    rest = Math.floor(rest / letters.length);
  }
  return prefix.slice(0, prefixLengthMax) + suffix;
}
