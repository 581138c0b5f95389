/** Keys as files of a directory that its owner alone may read. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { assertVaultName, type KeyVault } from './key-vault.ts';

/** A vault in `directory`, which is made for its owner alone where it is missing. */
export function fileVault(directory: string): KeyVault {
  const load = async (name: string): Promise<Uint8Array | undefined> => {
    assertVaultName(name);
    try {
      return await readFile(join(directory, name));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  };
  const saveOnce = async (name: string, bytes: Uint8Array): Promise<Uint8Array> => {
    assertVaultName(name);
    await writeFileOnce(directory, name, bytes);
    const kept = await load(name);
    if (kept === undefined) throw new Error(`${join(directory, name)} vanished while it was saved`);
    return kept;
  };
  return { load, saveOnce };
}

/**
 * Writes a whole file or none, on disk when this resolves, readable by its owner alone; one that is there stays. The
 * link fails where the name is taken, which a rename would not.
 */
export async function writeFileOnce(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = join(directory, `.${name}.${randomUUID()}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, join(directory, name));
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(temporary);
  }
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
