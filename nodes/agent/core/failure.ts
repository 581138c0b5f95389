/** Operations that failed are tried again, ever more slowly. */
import type { Failure } from './pod-state.ts';

export const retryFirstMs = 1000;
export const retryMaxMs = 60_000;
/** Pulls load a registry: the kubelet's bounds. */
export const pullRetryFirstMs = 10_000;
export const pullRetryMaxMs = 300_000;

/** When an operation that failed may be tried again. */
export function retryAtMs(failure: Failure): number {
  return failure.failedAtMs + doubled(retryFirstMs, retryMaxMs, failure.count);
}

export function pullRetryAtMs(failures: number, failedAtMs: number): number {
  return failedAtMs + doubled(pullRetryFirstMs, pullRetryMaxMs, failures);
}

function doubled(firstMs: number, maxMs: number, count: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.max(0, count - 1));
}
