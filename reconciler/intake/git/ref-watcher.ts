import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMissing, undefinedIfMissing } from './file-errors.ts';
import { GitSourceError } from './git-source-error.ts';
import { refCandidates } from './local-repository.ts';

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: bigint;
}

/**
 * Yields whenever something changed among the files that can move `ref`: its own, those of the folders on the way
 * to it, `packed-refs` and HEAD. Changes that come together are told together. The first yield says that the watch
 * is in place. Throws GitSourceError where the machine has no watches left.
 */
export async function* watchRef(
  gitDirectory: string,
  ref: string,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const watched = new Map<string, Watched>();
  let changed = true;
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const onChange = (): void => {
    changed = true;
    wake();
  };
  const onError = (error: Error): void => {
    failure = error;
    wake();
  };
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw watchFailed(gitDirectory, failure);
      if (changed) {
        changed = false;
        await arm(gitDirectory, ref, watched, onChange, onError);
        yield;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const { watcher } of watched.values()) watcher.close();
  }
}

/** Watches what is there now: folders come and go with the refs in them, and a new one by an old name is not the old. */
async function arm(
  gitDirectory: string,
  ref: string,
  watched: Map<string, Watched>,
  onChange: () => void,
  onError: (error: Error) => void,
): Promise<void> {
  for (const [folder, only] of await foldersOf(gitDirectory, ref)) {
    const inode = await inodeOf(folder);
    const before = watched.get(folder);
    if (before?.inode === inode) continue;
    before?.watcher.close();
    watched.delete(folder);
    if (inode === undefined) continue;
    try {
      const watcher = watch(folder, (_event, name) => {
        if (only === undefined || name === only) onChange();
      });
      watcher.on('error', onError);
      watched.set(folder, { watcher, inode });
    } catch (error) {
      if (!isMissing(error)) throw watchFailed(gitDirectory, error);
    }
  }
}

/** Each folder on the way to where the ref may be; of the one around the repository only the repository matters. */
async function foldersOf(
  gitDirectory: string,
  ref: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const folders = new Map<string, string | undefined>([
    [dirname(gitDirectory), basename(gitDirectory)],
    [gitDirectory, undefined],
  ]);
  const names = ref === 'HEAD' ? await headBranch(gitDirectory) : refCandidates(ref);
  for (const name of names) {
    const segments = name.split('/').slice(0, -1);
    for (let depth = 1; depth <= segments.length; depth++) {
      folders.set(join(gitDirectory, ...segments.slice(0, depth)), undefined);
    }
  }
  return folders;
}

async function headBranch(gitDirectory: string): Promise<readonly string[]> {
  const head = await readFile(join(gitDirectory, 'HEAD'), 'utf8').catch(undefinedIfMissing);
  const [, name] = /^ref: (refs\/\S+)\s*$/u.exec(head ?? '') ?? [];
  return name === undefined || name.split('/').includes('..') ? [] : [name];
}

async function inodeOf(folder: string): Promise<bigint | undefined> {
  return (await stat(folder, { bigint: true }).catch(undefinedIfMissing))?.ino;
}

function watchFailed(gitDirectory: string, cause: unknown): GitSourceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GitSourceError('retry', 'WatchFailed', `${gitDirectory} cannot be watched: ${why}`, { cause });
}
