/** Container logs do not fill the disk: the kubelet's bounds, 10 MiB and five files. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface LogBounds {
  readonly bytesMax: number;
  /** The current one included. */
  readonly filesMax: number;
}

export const defaultLogBounds: LogBounds = { bytesMax: 10 * 1024 * 1024, filesMax: 5 };

/**
 * Where the log at `path` has grown beyond its bound, sets it aside as `PATH.STAMP` and asks `reopen` to have the
 * runtime begin a new one. Where that fails the file gets its name back: nothing is lost. True when rotated.
 */
export async function rotateLog(
  path: string,
  stamp: string,
  bounds: LogBounds,
  reopen: () => Promise<void>,
): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size < bounds.bytesMax) return false;
  const aside = `${path}.${stamp}`;
  await rename(path, aside);
  try {
    await reopen();
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await removeOldest(path, bounds.filesMax - 1);
  return true;
}

async function removeOldest(path: string, kept: number): Promise<void> {
  const prefix = `${basename(path)}.`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix)).sort();
  for (const name of names.slice(0, Math.max(0, names.length - kept))) await rm(join(dirname(path), name));
}
