/** How much of the disk a folder takes. */
import { type Dirent, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** POSIX counts the blocks of a file in this unit, whatever the file system's own is. */
const blockBytes = 512;

/**
 * Bytes of all that is below `folder`, as `du -x` counts them: what is sparse takes only what it holds, and a file
 * of several names counts once. What goes away meanwhile counts nothing.
 */
export async function diskUsage(folder: string): Promise<number> {
  const device = lstatSync(folder, { throwIfNoEntry: false })?.dev;
  const seen = new Set<string>();
  const folders = [folder];
  let bytes = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await entriesOf(next)) {
      const path = join(next, entry.name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || found.dev !== device) continue;
      if (entry.isDirectory()) folders.push(path);
      const id = `${String(found.dev)}:${String(found.ino)}`;
      if (found.nlink > 1 && !entry.isDirectory()) {
        if (seen.has(id)) continue;
        seen.add(id);
      }
      bytes += found.blocks * blockBytes;
    }
  }
  return bytes;
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
