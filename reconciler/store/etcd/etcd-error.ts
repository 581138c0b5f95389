/** etcd's refusals: what they say of the request, and what they are for those who use the store. */
import { type ServiceError, status as grpc } from '@grpc/grpc-js';
import {
  StoreClosedError,
  StoreFailedError,
  StoreLimitError,
  StoreUnavailableError,
} from '../../core/ports.ts';

/** An answer of etcd, or of the connection to it, that is no success. `reason` is etcd's own text. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  readonly code: grpc;
  readonly reason: string;
  constructor(code: grpc, reason: string, endpoint: string) {
    super(`etcd at ${endpoint}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }

  static of(error: ServiceError, endpoint: string): EtcdError {
    return new EtcdError(error.code, error.details === '' ? error.message : error.details, endpoint);
  }
}

/** After one of these, a write may have been made, or may still be. Every other code is an answer of etcd's. */
const uncertainCodes: ReadonlySet<grpc> = new Set([
  grpc.CANCELLED,
  grpc.UNKNOWN,
  grpc.DEADLINE_EXCEEDED,
  grpc.ABORTED,
  grpc.INTERNAL,
  grpc.UNAVAILABLE,
]);

/** Whether another attempt, on another endpoint, may go better; and whether a write's outcome is open. */
export function isUncertain(error: unknown): error is EtcdError {
  return error instanceof EtcdError && uncertainCodes.has(error.code);
}

export function isCompacted(error: unknown): boolean {
  return error instanceof EtcdError && error.reason.includes('required revision has been compacted');
}

export function isFuture(error: unknown): boolean {
  return error instanceof EtcdError && error.reason.includes('required revision is a future revision');
}

export function isLeaseGone(error: unknown): boolean {
  return error instanceof EtcdError && error.reason.includes('requested lease not found');
}

/** The token is no longer good: etcd restarted, the token expired, or the users changed. Nothing was done. */
export function isTokenRefused(error: unknown): boolean {
  return (
    error instanceof EtcdError &&
    (error.code === grpc.UNAUTHENTICATED ||
      error.reason.includes('invalid auth token') ||
      error.reason.includes('revision of auth store is old'))
  );
}

/** etcd's texts of refused writes, and what the port calls them. */
const limits: readonly {
  readonly text: RegExp;
  readonly limit: StoreLimitError['limit'];
  readonly say: string;
}[] = [
  {
    text: /too many operations in txn request/,
    limit: 'writes',
    say: "the commit has more writes than etcd takes at once; raise etcd's --max-txn-ops (16384 suits Berth)",
  },
  {
    text: /request is too large|received message larger than max/,
    limit: 'value',
    say: "the commit is larger than etcd takes; raise etcd's --max-request-bytes (its default is 1.5 MiB)",
  },
  {
    text: /database space exceeded/,
    limit: 'disk',
    say: "etcd's database is full; compact and defragment it, disarm its NOSPACE alarm, or raise --quota-backend-bytes",
  },
  { text: /too many requests/, limit: 'queue', say: 'etcd has too many requests waiting' },
];

/** What a definite or last error means to the port's users; anything unknown is passed on as it is. */
export function storeError(error: unknown): Error {
  if (!(error instanceof EtcdError)) return error instanceof Error ? error : new Error(String(error));
  const limit = limits.find(({ text }) => text.test(error.reason));
  if (limit !== undefined) return new StoreLimitError(limit.limit, `${limit.say}: ${error.message}`);
  if (error.reason === closedReason) return new StoreClosedError();
  if (error.code === grpc.DATA_LOSS || error.reason.includes('corrupt cluster'))
    return new StoreFailedError(error.message);
  if (isUncertain(error)) return new StoreUnavailableError('nothing', error.message);
  return error;
}

/** The reason of errors for calls on a store that was closed. */
export const closedReason = 'the store is closed';
