import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process has the store open. */
export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';
  readonly pid: number | undefined;
  constructor(directory: string, pid: number | undefined) {
    const holder = pid === undefined ? 'another process' : `the process with pid ${pid}`;
    super(
      `the store in ${directory} is open in ${holder}; only one process may have it open, end that one first`,
    );
    this.pid = pid;
  }
}

/** SQLite's result code for a lock that someone else holds. */
const sqliteBusy = 5;

/**
 * Makes this process the only one to have the store in `directory` open, until the returned function is called or
 * the process dies in whatever way: the lock is the kernel's, on a file, so a killed process leaves none behind.
 * Node has no call for such a lock, but the SQLite within Node takes one for each transaction: here an empty
 * database is held in a transaction that never ends. Who holds it stands beside it, for people and for the error.
 */
export function lockStore(directory: string): () => void {
  const owner = join(directory, 'owner');
  const lock = new DatabaseSync(join(directory, 'owner.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (resultCodeOf(error) === sqliteBusy) throw new StoreInUseError(directory, pidIn(owner));
    throw error;
  }
  writeFileSync(owner, `${process.pid}\n`);
  return () => lock.close();
}

function resultCodeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined;
}

/** The pid that the holder noted; unknown when it has the lock but has not come to write its pid yet. */
function pidIn(owner: string): number | undefined {
  try {
    const pid = Number(readFileSync(owner, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
