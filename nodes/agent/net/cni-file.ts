/** CNI's configuration file. The runtime watches its folder, and must never read half a file. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Answers whether the file was not there or had another content. */
export async function ensureCniFile(path: string, content: string): Promise<boolean> {
  if ((await readIfThere(path)) === content) return false;
  await mkdir(dirname(path), { recursive: true });
  // The runtime reads names that end in .conf, .conflist and .json.
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  const file = await open(temporary, 'w', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return true;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
