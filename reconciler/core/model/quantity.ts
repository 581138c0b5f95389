/** Resource quantities (`100m`, `1.5Gi`) as numbers, as apimachinery's resource.Quantity reads them. */

const multipliers: Readonly<Record<string, number>> = {
  '': 1,
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

/** The value in base units (cores, bytes); NaN where it is no quantity. */
export function parseQuantity(text: string | undefined): number {
  if (text === undefined) return 0;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(text));
  if (match === null) return Number.NaN;
  const [, digits = '', exponent, suffix = ''] = match;
  return exponent === undefined
    ? Number(digits) * (multipliers[suffix] ?? Number.NaN)
    : Number(digits) * 10 ** Number(exponent);
}

/** Thousandths of a unit, rounded up: how cpu is counted. */
export function parseMilli(text: string | undefined): number {
  // A tenth of a core is not a binary fraction: what rounding left behind must not become a whole milli.
  return Math.ceil(Math.round(parseQuantity(text) * 1e6) / 1e3);
}
