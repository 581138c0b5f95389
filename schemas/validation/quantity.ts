/** Kubernetes' resource quantities: `100m`, `1.5Gi`, `2e3`. */

/** The wording of Kubernetes' parser. */
export const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const pattern =
  /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?[0-9]{1,4}))?$/;

const multiplier: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The quantity as a number in its base unit (cores, bytes), exact to double precision: good enough to compare a
 * request with its limit, not to add up. Nothing when it is not a quantity.
 */
export function quantityValue(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return Number.isFinite(quantity) ? quantity : undefined;
  if (typeof quantity !== 'string') return undefined;
  const [, digits, suffix, exponent] = pattern.exec(quantity) ?? [];
  if (digits === undefined) return undefined;
  return Number(`${digits}${exponent === undefined ? '' : `e${exponent}`}`) * (multiplier[suffix ?? ''] ?? 1);
}
