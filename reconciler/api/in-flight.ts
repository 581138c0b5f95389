/** How many requests may be worked on at once: the rest is told to come back, before it costs anything. */
import { ApiError } from './api-error.ts';

/** kube-apiserver's defaults; requests that stay open (watch, logs, exec) are not counted. */
const limits = { reading: 400, mutating: 200 } as const;

export type InFlightKind = keyof typeof limits;

export class InFlight {
  readonly #now: Record<InFlightKind, number> = { reading: 0, mutating: 0 };

  /** Takes a place; the returned function gives it back. 429 where there is none. */
  enter(kind: InFlightKind): () => void {
    if (this.#now[kind] >= limits[kind])
      throw new ApiError({
        code: 429,
        reason: 'TooManyRequests',
        message: 'Too many requests, please try again later.',
        details: { retryAfterSeconds: 1 },
      });
    this.#now[kind] += 1;
    let left = false;
    return () => {
      if (!left) this.#now[kind] -= 1;
      left = true;
    };
  }

  /** How many are worked on now. */
  count(kind: InFlightKind): number {
    return this.#now[kind];
  }
}
