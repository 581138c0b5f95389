/** Equality as Kubernetes' validation of updates has it: what the API cannot tell apart is the same. */
import { isEmpty } from '../../../../schemas/validation/loose.ts';
import { quantityValue } from '../../../../schemas/validation/quantity.ts';

/** Maps from resources to amounts: `1000m` and `1` are one. */
const amounts = new Set(['limits', 'requests', 'capacity', 'overhead', 'hard']);
const singleAmounts = new Set(['sizeLimit', 'divisor']);

/** Deep equality of JSON values; absent, null, and the empty text or list are one, quantities compare by value. */
export function semanticallyEqual(left: unknown, right: unknown): boolean {
  return equal(left, right, false);
}

function equal(left: unknown, right: unknown, quantities: boolean): boolean {
  if (left === right || (isEmpty(left) && isEmpty(right))) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    const value = quantities ? quantityValue(left) : undefined;
    return value !== undefined && value === quantityValue(right);
  }
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equal(item, (right as readonly unknown[])[index], false));
  }
  const [a, b] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (singleAmounts.has(key) ? !equal(a[key], b[key], true) : !equalField(key, a[key], b[key], quantities))
      return false;
  }
  return true;
}

/** Below a map of amounts every value is a quantity. */
function equalField(key: string, left: unknown, right: unknown, quantities: boolean): boolean {
  if (!amounts.has(key)) return equal(left, right, quantities);
  return equal(left ?? {}, right ?? {}, true);
}
