/** Checks and creations that a hostPath volume's type asks for. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { HostPathCheck } from '../../core/volume-spec.ts';

type Kind = Exclude<HostPathCheck, '' | 'DirectoryOrCreate' | 'FileOrCreate'>;

const isOfKind: Readonly<Record<Kind, (found: Stats) => boolean>> = {
  Directory: (found) => found.isDirectory(),
  File: (found) => found.isFile(),
  Socket: (found) => found.isSocket(),
  CharDevice: (found) => found.isCharacterDevice(),
  BlockDevice: (found) => found.isBlockDevice(),
};

/** Makes the path where the type says so; rejects where what is there is of another kind. */
export async function ensureHostPath(path: string, check: HostPathCheck): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  switch (check) {
    case '':
      // As the kubelet's runtime does: a path that is missing becomes a folder.
      if (found === undefined) await mkdir(path, { recursive: true });
      return;
    case 'DirectoryOrCreate':
      if (found === undefined) await mkdir(path, { recursive: true, mode: 0o755 });
      return expectKind(path, found, 'Directory');
    case 'FileOrCreate':
      if (found === undefined) await writeFile(path, '', { flag: 'wx', mode: 0o644 });
      return expectKind(path, found, 'File');
    case 'Directory':
    case 'File':
    case 'Socket':
    case 'CharDevice':
    case 'BlockDevice':
      if (found === undefined) throw new Error(`hostPath type check failed: ${path} does not exist`);
      return expectKind(path, found, check);
  }
}

function expectKind(path: string, found: Stats | undefined, kind: Kind): void {
  if (found !== undefined && !isOfKind[kind](found))
    throw new Error(`hostPath type check failed: ${path} is not a ${kind}`);
}
