/** The bounds of a LimitRange against amounts, in Kubernetes' words. */
import type { LimitRangeItem } from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { canonicalQuantity } from '../quota/quantities.ts';

type Quantities = Readonly<Record<string, string>>;

export interface Amounts {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** What `amounts` have too little or too much of. A maximum binds limits, or for claims, which have none, requests. */
export function boundProblems(
  item: LimitRangeItem,
  amounts: Amounts,
  maxBinds: 'limits' | 'requests',
): readonly string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = item;
  return [
    ...entries(min).flatMap(([name, bound]) => minProblem(name, bound, amounts, type)),
    ...entries(max).flatMap(([name, bound]) => maxProblem(name, bound, amounts, type, maxBinds)),
    ...entries(maxLimitRequestRatio).flatMap(([name, bound]) => ratioProblem(name, bound, amounts, type)),
  ];
}

function entries(quantities: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(quantities)
    .map(([name, value]): [string, string] => [name, String(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function valueOf(quantity: string | undefined): number | undefined {
  return quantity === undefined ? undefined : quantityValue(String(quantity));
}

function shown(name: string, quantities: Quantities): string {
  return canonicalQuantity(name, String(quantities[name] ?? '0'));
}

function minProblem(
  name: string,
  bound: string,
  { requests, limits }: Amounts,
  type: string,
): readonly string[] {
  const least = valueOf(bound) ?? 0;
  const request = valueOf(requests[name]);
  const limit = valueOf(limits[name]);
  const rule = `minimum ${name} usage per ${type} is ${canonicalQuantity(name, bound)}`;
  if (request === undefined) return [`${rule}.  No request is specified`];
  if (request < least) return [`${rule}, but request is ${shown(name, requests)}`];
  return limit !== undefined && limit < least ? [`${rule}, but limit is ${shown(name, limits)}`] : [];
}

function maxProblem(
  name: string,
  bound: string,
  { requests, limits }: Amounts,
  type: string,
  binds: 'limits' | 'requests',
): readonly string[] {
  const most = valueOf(bound) ?? 0;
  const request = valueOf(requests[name]);
  const limit = valueOf(limits[name]);
  const rule = `maximum ${name} usage per ${type} is ${canonicalQuantity(name, bound)}`;
  if (binds === 'requests') {
    if (request === undefined) return [`${rule}.  No request is specified`];
    return request > most ? [`${rule}, but request is ${shown(name, requests)}`] : [];
  }
  if (limit === undefined) return [`${rule}.  No limit is specified`];
  if (limit > most) return [`${rule}, but limit is ${shown(name, limits)}`];
  return request !== undefined && request > most ? [`${rule}, but request is ${shown(name, requests)}`] : [];
}

function ratioProblem(
  name: string,
  bound: string,
  { requests, limits }: Amounts,
  type: string,
): readonly string[] {
  const request = valueOf(requests[name]) ?? 0;
  const limit = valueOf(limits[name]) ?? 0;
  const rule = `${name} max limit to request ratio per ${type} is ${canonicalQuantity('cpu', bound)}`;
  if (request === 0) return [`${rule}, but no request is specified or request is 0`];
  if (limit === 0) return [`${rule}, but no limit is specified or limit is 0`];
  const ratio = limit / request;
  return ratio > (valueOf(bound) ?? 0) ? [`${rule}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
