/**
 * The files of a config map, secret or projected volume, replaced all at once: visible names are links into
 * `..data`, itself a link to a folder that never changes; an update makes a new folder and swaps that one link.
 * Programs that watch for the kubelet's updates see the same here.
 */
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeFile } from '../../core/volume-spec.ts';

const dataLink = '..data';

/** The folder's name is a digest of its content, so that unchanged files are known without reading them. */
export async function writeAtomically(
  folder: string,
  files: readonly VolumeFile[],
  fsGroup: number | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const digest = createHash('sha256')
    .update(JSON.stringify([files, fsGroup]))
    .digest('hex');
  const version = `..${digest.slice(0, 32)}`;
  const before = await readlink(join(folder, dataLink)).catch(() => undefined);
  if (before === version) return;
  const made = join(folder, version);
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { mode: 0o755 });
  for (const file of files) await writeVolumeFile(made, file, fsGroup);
  const swap = join(folder, '..data_tmp');
  await rm(swap, { force: true });
  await symlink(version, swap);
  await rename(swap, join(folder, dataLink));
  const names = new Set(files.map(({ path }) => path.split('/', 1)[0] ?? path));
  for (const name of names) await linkTo(join(folder, name), join(dataLink, name));
  for (const name of await readdir(folder)) {
    const isCurrent = name === dataLink || name === version || names.has(name);
    if (!isCurrent) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function writeVolumeFile(folder: string, file: VolumeFile, fsGroup: number | undefined): Promise<void> {
  const path = join(folder, file.path);
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, Buffer.from(file.text, file.encoding));
  if (fsGroup !== undefined || file.uid !== undefined) await chown(path, file.uid ?? 0, fsGroup ?? 0);
  // After the owner, and not at creation, which the process's umask would bend.
  await chmod(path, fsGroup === undefined ? file.mode : file.mode | 0o440);
}

async function linkTo(path: string, target: string): Promise<void> {
  const before = await readlink(path).catch(() => undefined);
  if (before === target) return;
  await rm(path, { recursive: true, force: true });
  await symlink(target, path);
}
