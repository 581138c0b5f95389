/** Validates manifests on disk: what `berth validate PATH` does. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ManifestFile } from './manifest-file.ts';
import { type ParseOptions, type ParsedManifests, isManifestPath, parseFiles } from './parse-manifests.ts';

export interface FolderValidation extends ParsedManifests {
  /** Files read, sorted. */
  readonly files: readonly string[];
}

/** Files open at a time: enough to hide latency, far below any limit on descriptors. */
const filesOpenMax = 32;

/** Reads a file, or all manifests below a folder. Paths in the answer begin with `path`. Symlinks are not followed. */
export async function validateFolder(path: string, options: ParseOptions = {}): Promise<FolderValidation> {
  const paths = (await stat(path)).isDirectory() ? await manifestsBelow(path) : [path];
  const files: ManifestFile[] = [];
  for (let from = 0; from < paths.length; from += filesOpenMax) {
    const batch = paths.slice(from, from + filesOpenMax);
    files.push(
      ...(await Promise.all(batch.map(async (file) => ({ path: file, content: await readFile(file) })))),
    );
  }
  return { files: paths, ...parseFiles(files, options) };
}

async function manifestsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await manifestsBelow(path)));
    else if (entry.isFile() && isManifestPath(basename(path))) found.push(path);
  }
  return found;
}
