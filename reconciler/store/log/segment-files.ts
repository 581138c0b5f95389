import { readdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreFailedError } from '../../core/ports.ts';
import { encodeSegmentHeader } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';

const pattern = /^(\d{10})\.log$/u;
const unfinished = '.new';

export function segmentPath(directory: string, segment: number): string {
  return join(directory, `${String(segment).padStart(10, '0')}.log`);
}

/**
 * The numbers of the segments in `directory`, ascending. Removes what was being made when a process died. Throws
 * StoreFailedError where another program, or an older Berth, has its data there.
 */
export function segmentNumbers(directory: string): readonly number[] {
  const numbers: number[] = [];
  for (const name of readdirSync(directory)) {
    const [, digits] = pattern.exec(name) ?? [];
    if (digits !== undefined) numbers.push(Number(digits));
    else if (name.endsWith(unfinished)) rmSync(join(directory, name));
    else if (name === 'data.mdb')
      throw new StoreFailedError(
        `${join(directory, name)} is an LMDB database: this Berth keeps its store in a log of its own and does not read it. Move ${directory} aside to begin with an empty store`,
      );
  }
  return numbers.sort((left, right) => left - right);
}

/** Makes a segment that holds its header alone. It appears under its name whole, or not at all. */
export async function createSegment(directory: string, header: SegmentHeader): Promise<void> {
  await createDurably(segmentPath(directory, header.segment), encodeSegmentHeader(header));
}

/** Makes a file with these bytes, on disk with its name when this resolves. The directory is that of the store. */
export async function createDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path + unfinished, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(path + unfinished, path);
  await syncDirectory(join(path, '..'));
}

/** A file is there, or gone, for good only when its directory is on disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
