import { GitSourceError } from './git-source-error.ts';

/** For reads of what may rightly be absent. */
export function undefinedIfMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

export function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Runs `work`; what the file system refuses becomes what a source may fail with. */
export async function orFileError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'EACCES' || error.code === 'EPERM') {
      throw new GitSourceError('stalled', 'PermissionDenied', error.message, { cause: error });
    }
    throw new GitSourceError('retry', 'ReadFailed', error.message, { cause: error });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
