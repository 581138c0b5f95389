/** Gives a volume to a pod's group, as the kubelet does for `fsGroup`. */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const fileBits = 0o660;
/** Whatever is made in the folder later belongs to the group too. */
const folderBits = 0o2770;

/** All below `folder`. With `trustRoot`, a folder that is the group's already says that all below it is. */
export async function giveToGroup(folder: string, gid: number, trustRoot: boolean): Promise<void> {
  if (trustRoot) {
    const root = await lstat(folder);
    if (root.gid === gid && (root.mode & folderBits) === folderBits) return;
  }
  await giveBelow(folder, gid);
}

/** Children first: a root that is the group's means that nothing below was left out. */
async function giveBelow(path: string, gid: number): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) for (const name of await readdir(path)) await giveBelow(join(path, name), gid);
  if (found.gid !== gid) await lchown(path, found.uid, gid);
  if (found.isSymbolicLink()) return;
  const mode = found.mode & 0o7777;
  const wanted = mode | (found.isDirectory() ? folderBits : fileBits);
  if (wanted !== mode || found.gid !== gid) await chmod(path, wanted);
}
