import { StoreFailedError } from '../../core/ports.ts';

/** Whatever LMDB or a checksum came upon, as the one error that says that the store cannot be trusted. */
export function asFailure(cause: unknown, what: string): StoreFailedError {
  if (cause instanceof StoreFailedError) return cause;
  return new StoreFailedError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
