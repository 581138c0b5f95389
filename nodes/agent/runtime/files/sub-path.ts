/**
 * A part of a volume, mounted by itself. The volume's users may put links where they like and change them at any
 * time: a link that leads out is refused, and what is mounted is what was looked at, because every step down is
 * taken on an open file that names nothing anew.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { bindMount, mountsBelow, unmount } from './mounts.ts';

/** open(2)'s O_PATH, which Node does not name: the file is neither read nor written, and a device not opened. */
const oPath = 0o10000000;

/** Mounts `subPath` of the volume at `base` on `target`, in place of what is mounted there. Folders that lack are made. */
export async function mountSubPath(base: string, subPath: string, target: string): Promise<void> {
  const root = await realpath(base);
  const found = await resolveInside(root, subPath);
  const handle = await descend(root, found);
  try {
    const isFolder = (await handle.stat()).isDirectory();
    if ((await mountsBelow(target)).includes(target)) await unmount(target);
    await mkdir(isFolder ? target : dirname(target), { recursive: true, mode: 0o700 });
    if (!isFolder) await writeFile(target, '', { flag: 'a' });
    await bindMount(`/proc/${String(process.pid)}/fd/${String(handle.fd)}`, target);
  } finally {
    await handle.close();
  }
}

/** Where the path leads when links are followed, relative to `root`; what is not there yet is left as it is written. */
async function resolveInside(root: string, subPath: string): Promise<string> {
  const names = subPath.split('/').filter((name) => name !== '' && name !== '.');
  for (let known = names.length; known >= 0; known--) {
    const path = join(root, ...names.slice(0, known));
    const real = await realpath(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (real === undefined) continue;
    if (real !== root && !real.startsWith(`${root}/`))
      throw new Error(`failed to prepare subPath: subpath ${JSON.stringify(subPath)} not within volume path`);
    return join(relative(root, real), ...names.slice(known));
  }
  throw new Error(`failed to prepare subPath: ${root} is not there`);
}

/** Opens the path below `root` step by step, following no link; missing folders get the volume's own mode. */
async function descend(root: string, path: string): Promise<FileHandle> {
  const flags = oPath | constants.O_NOFOLLOW;
  const mode = (await stat(root)).mode & 0o7777;
  let handle = await open(root, flags | constants.O_DIRECTORY);
  for (const name of path.split('/').filter((part) => part !== '' && part !== '.')) {
    const inner = `/proc/self/fd/${String(handle.fd)}/${name}`;
    try {
      const next = await openOrMake(inner, flags, mode);
      await handle.close();
      handle = next;
    } catch (error) {
      await handle.close();
      throw error;
    }
    if ((await handle.stat()).isSymbolicLink()) {
      await handle.close();
      throw new Error(`failed to prepare subPath: ${JSON.stringify(name)} has become a link`);
    }
  }
  return handle;
}

async function openOrMake(path: string, flags: number, mode: number): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await mkdir(path);
  const made = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  // On the open folder, and not at creation, which the process's umask would bend.
  await made.chmod(mode);
  return made;
}
