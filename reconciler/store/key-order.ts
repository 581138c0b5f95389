/**
 * Compares two well-formed strings by their UTF-8 bytes, which is the order of code points. JavaScript compares
 * UTF-16 units, which differs where a surrogate (above U+FFFF) meets U+E000 to U+FFFF.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Moves the surrogates behind the rest of the 16-bit range, keeping every other order. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const ascii = /^[\0-\x7f]*$/;

/**
 * How other keys stand to `key`, for searches: negative before it, positive behind. Where one of two strings is ASCII,
 * as nearly all keys are, JavaScript's own order is that of the bytes, and comes at once.
 */
export function orderAround(key: string): (other: string) => number {
  if (!ascii.test(key)) return (other) => compareKeys(other, key);
  return (other) => {
    if (other === key) return 0;
    return other < key ? -1 : 1;
  };
}

/** The index of the first of `sorted` that is not below `key`. */
export function lowerBound(sorted: readonly string[], key: string): number {
  const order = orderAround(key);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(sorted[middle] ?? '') < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
