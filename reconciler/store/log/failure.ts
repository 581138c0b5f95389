import { StoreFailedError } from '../../core/ports.ts';

/** What a person can do about damage; ends every message that tells of some. */
export const whatToDo = "bring the last backup back with 'berth restore FILE'";

/** Bytes on disk that are not what was written. `what` names the file or the key, and what is wrong with it. */
export function damaged(what: string): StoreFailedError {
  return new StoreFailedError(`the store is damaged: ${what}; ${whatToDo}`);
}

/** Whatever the disk or a checksum came up with, as the one error that says that the store cannot be trusted. */
export function asFailure(cause: unknown, what: string): StoreFailedError {
  if (cause instanceof StoreFailedError) return cause;
  return new StoreFailedError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
