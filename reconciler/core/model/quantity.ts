/** Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as whole numbers that can be added up. */
import { quantityValue } from '../../../schemas/validation/quantity.ts';

/** Digits that survive the product of a decimal fraction and a power of ten. */
const exactDigits = 14;

/** Whole multiples of `unit` (1, or 0.001 for millicores), rounded up; undefined where `text` is no quantity. */
export function parseQuantity(text: string, unit: 1 | 0.001 = 1): number | undefined {
  const value = quantityValue(text);
  if (value === undefined) return undefined;
  return Math.ceil(Number((value * (unit === 1 ? 1 : 1000)).toPrecision(exactDigits)));
}
