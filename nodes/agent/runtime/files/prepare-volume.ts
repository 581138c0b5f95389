/** Brings one volume of a pod about. */
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import type { VolumeSpec } from '../../core/volume-spec.ts';
import { writeAtomically } from './atomic-files.ts';
import { giveToGroup } from './group-access.ts';
import { ensureHostPath } from './host-path.ts';
import { mountsBelow, mountTmpfs } from './mounts.ts';

type Of<T extends VolumeSpec['type']> = Extract<VolumeSpec, { readonly type: T }>;

export interface VolumePlaces {
  /** Where the pod's own volume of this name lies. */
  readonly folder: string;
  /** Where the folder of a persistent volume of this name lies. */
  readonly provisioned: (volumeName: string) => string;
}

/** What is there already stays as it is. */
export async function prepareVolume(volume: VolumeSpec, places: VolumePlaces): Promise<void> {
  switch (volume.type) {
    case 'hostPath':
      return ensureHostPath(volume.path, volume.check);
    case 'local':
      return prepareLocal(volume);
    case 'provisioned':
      return prepareProvisioned(volume, places.provisioned(volume.volumeName));
    case 'files':
      return writeAtomically(places.folder, volume.files, volume.fsGroup);
    case 'emptyDir':
      return prepareEmptyDir(volume, places.folder);
  }
}

async function prepareLocal({ path, fsGroup, changePolicy }: Of<'local'>): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error(`path ${JSON.stringify(path)} does not exist`);
    throw error;
  });
  if (!found.isDirectory()) throw new Error(`path ${JSON.stringify(path)} is not a folder`);
  if (fsGroup !== undefined) await giveToGroup(path, fsGroup, changePolicy === 'root');
}

/** Whatever user a pod runs as may write to its volume. */
async function prepareProvisioned(
  { fsGroup, changePolicy }: Of<'provisioned'>,
  folder: string,
): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(folder, 0o777);
  if (fsGroup !== undefined) await giveToGroup(folder, fsGroup, changePolicy === 'root');
}

async function prepareEmptyDir(
  { medium, sizeLimitBytes, fsGroup }: Of<'emptyDir'>,
  folder: string,
): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o777 });
  const isMounted = medium === 'memory' && (await mountsBelow(folder)).includes(folder);
  if (medium === 'memory' && !isMounted) await mountTmpfs(folder, sizeLimitBytes);
  else if (made === undefined) return;
  if (fsGroup !== undefined) await chown(folder, 0, fsGroup);
  // After the owner: changing it takes the bit off again that gives new files the folder's group.
  await chmod(folder, fsGroup === undefined ? 0o777 : 0o2777);
}
