/** What the API answers where the store refuses or cannot be reached: what passes by itself is told to try again. */
import { StoreLimitError, StoreUnavailableError } from '../core/ports.ts';
import type { StatusProblem } from '../core/registry/status-error.ts';

const retryAfterSeconds = 1;

/** A loop's change after the term is over: as lost as any race. */
export const notLeading: StatusProblem = {
  code: 409,
  reason: 'Conflict',
  message: 'this reconciler does not lead, its control loops change nothing',
};

const limitAnswers: Readonly<Record<StoreLimitError['limit'], Omit<StatusProblem, 'message'>>> = {
  key: { code: 413, reason: 'RequestEntityTooLarge' },
  value: { code: 413, reason: 'RequestEntityTooLarge' },
  writes: { code: 413, reason: 'RequestEntityTooLarge' },
  queue: { code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds } },
  disk: { code: 507, reason: 'InsufficientStorage' },
};

/** The answer to a commit that was refused by a bound or for want of the store; undefined for anything else. */
export function problemOfStore(error: unknown): StatusProblem | undefined {
  if (error instanceof StoreLimitError) return { ...limitAnswers[error.limit], message: error.message };
  if (!(error instanceof StoreUnavailableError)) return undefined;
  if (error.written === 'unknown') return { code: 504, reason: 'Timeout', message: error.message };
  return {
    code: 503,
    reason: 'ServiceUnavailable',
    message: error.message,
    details: { retryAfterSeconds },
  };
}
