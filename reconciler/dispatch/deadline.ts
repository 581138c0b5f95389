import type { Clock } from '../core/ports.ts';
import { LinkError } from '../core/ports.ts';

export interface Deadline {
  /** Aborts when the time is up or `parent` aborts. */
  readonly signal: AbortSignal;
  /** Starts the time anew. */
  extend(delayMs: number): void;
  /** Has to be called when the work is done. */
  clear(): void;
}

/** A time limit on the injected clock; its reason is a LinkError `DeadlineExceeded` about `what`. */
export function deadline(clock: Clock, delayMs: number, what: string, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const onParent = (): void => controller.abort(new LinkError('Aborted', `${what} was given up`));
  const start = (ms: number): (() => void) =>
    clock.after(ms, () =>
      controller.abort(new LinkError('DeadlineExceeded', `${what} took longer than ${ms / 1000} s`)),
    );
  let cancel = start(delayMs);
  parent?.addEventListener('abort', onParent);
  if (parent?.aborted === true) onParent();
  return {
    signal: controller.signal,
    extend(ms) {
      cancel();
      cancel = start(ms);
    },
    clear() {
      cancel();
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/** Resolves after the delay or when `signal` aborts, whichever comes first. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}

/** The promise's value, or the signal's reason as soon as it aborts. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
