/**
 * Quantities by resource, added and compared as kube-apiserver does: a sum keeps the suffixes of what it was added to,
 * and every result is canonical (`1Gi`, never `1024Mi`).
 */
import { amountOf } from '../scheduler/pod-requests.ts';

/** Resources that are counted in thousandths. */
const fractional: ReadonlySet<string> = new Set(['cpu', 'limits.cpu', 'requests.cpu']);

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Millicores of cpu, whole units of everything else; what is no quantity is nothing. */
export function amountIn(resource: string, quantity: string): number {
  return amountOf(fractional.has(resource) ? 'cpu' : 'other', quantity);
}

export function canonicalQuantity(resource: string, quantity: string): string {
  return textOf(resource, amountIn(resource, quantity), quantity);
}

export function addQuantities(resource: string, to: string, more: string): string {
  const base = amountIn(resource, to);
  return textOf(resource, base + amountIn(resource, more), base === 0 ? more : to);
}

/** What is left of `from`, never less than nothing. */
export function subtractQuantities(resource: string, from: string, less: string): string {
  return textOf(resource, Math.max(0, amountIn(resource, from) - amountIn(resource, less)), from);
}

/** Positive where the first is more, negative where it is less. */
export function compareQuantities(resource: string, a: string, b: string): number {
  return amountIn(resource, a) - amountIn(resource, b);
}

/** The amount with suffixes of the same family as those of `like`. */
function textOf(resource: string, amount: number, like: string): string {
  if (fractional.has(resource) && amount % 1000 !== 0) return `${amount}m`;
  const whole = fractional.has(resource) ? amount / 1000 : amount;
  const isBinary = like.endsWith('i') && whole >= 1024;
  return isBinary ? scaled(whole, 1024, binarySuffixes) : scaled(whole, 1000, decimalSuffixes);
}

function scaled(amount: number, step: number, suffixes: readonly string[]): string {
  let rest = amount;
  let place = 0;
  while (rest !== 0 && rest % step === 0 && place < suffixes.length - 1) {
    rest /= step;
    place++;
  }
  return `${rest}${suffixes[place] ?? ''}`;
}
