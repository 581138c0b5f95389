/** Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as numbers. */

const factors: Readonly<Record<string, number>> = {
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

/** Digits that survive the product of a decimal fraction and a power of ten. */
const exactDigits = 14;

/** Whole multiples of `unit` (1, or 0.001 for millicores), rounded up; undefined where `text` is no quantity. */
export function parseQuantity(text: string, unit: 1 | 0.001 = 1): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const factor = match[2] === undefined ? (factors[match[3] ?? ''] ?? 1) : 10 ** Number(match[2]);
  const value = Number(match[1]) * factor * (unit === 1 ? 1 : 1000);
  return Math.ceil(Number(value.toPrecision(exactDigits)));
}
