import { type FileHandle, open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { deltaSize, objectHeader } from './pack-header.ts';

/** The magic number and version of a pack index, version 2 (gitformat-pack(5)). */
const indexMagic = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
const fanoutStart = 8;
const namesStart = fanoutStart + 256 * 4;
const oidBytes = 20;
const largeOffset = 0x80000000;

/** Enough of a pack to hold an object's header and what of a delta tells its size. */
const peekBytes = 128;

/**
 * Says how large an object of a repository's packs is, before isomorphic-git unfolds it without any bound: an
 * index, the header in the pack, and so on along the chain of deltas.
 */
export class PackedSizes {
  readonly #directory: string;
  readonly #limits: GitLimits;
  readonly #indexes = new Map<string, Promise<Buffer>>();

  constructor(gitDirectory: string, limits: GitLimits) {
    this.#directory = join(gitDirectory, 'objects', 'pack');
    this.#limits = limits;
  }

  /** Throws GitSourceError where the object, or one that it is a delta on, is over the bound. */
  async assertWithin(oid: string): Promise<void> {
    const found = await this.#find(oid);
    if (found === undefined) return;
    const pack = await open(found.pack, 'r');
    try {
      const { size } = await pack.stat();
      if (size > this.#limits.packBytesMax) {
        throw tooLarge(`a pack of ${size} bytes`, this.#limits.packBytesMax, 'PackTooLarge');
      }
      await this.#walk(pack, oid, found.offset);
    } finally {
      await pack.close();
    }
  }

  async #walk(pack: FileHandle, oid: string, start: number): Promise<void> {
    let offset = start;
    for (let depth = 0; depth <= this.#limits.deltaDepthMax; depth++) {
      const { buffer, bytesRead } = await pack.read(Buffer.alloc(peekBytes), 0, peekBytes, offset);
      const header = objectHeader(buffer.subarray(0, bytesRead), offset);
      if (header.size > this.#limits.objectBytesMax) throw objectTooLarge(oid, header.size, this.#limits);
      if (header.base === undefined) return;
      const target = deltaSize(inflatePrefix(buffer.subarray(header.length, bytesRead)));
      if (target > this.#limits.objectBytesMax) throw objectTooLarge(oid, target, this.#limits);
      if (header.base.type === 'object') {
        await this.assertWithin(header.base.oid);
        return;
      }
      offset = header.base.offset;
    }
    throw tooLarge(`object ${oid} with more deltas`, this.#limits.deltaDepthMax, 'DeltaChainTooLong');
  }

  async #find(oid: string): Promise<{ pack: string; offset: number } | undefined> {
    const name = Buffer.from(oid, 'hex');
    for (const file of await this.#listIndexes()) {
      const path = join(this.#directory, file);
      let index = this.#indexes.get(file);
      if (index === undefined) this.#indexes.set(file, (index = readFile(path)));
      const offset = offsetOf(await index, name);
      if (offset !== undefined) return { pack: path.replace(/idx$/u, 'pack'), offset };
    }
    return undefined;
  }

  async #listIndexes(): Promise<readonly string[]> {
    const files = await readdir(this.#directory);
    return files.filter((file) => file.endsWith('.idx'));
  }
}

function offsetOf(index: Buffer, name: Buffer): number | undefined {
  if (index.length < namesStart || !index.subarray(0, fanoutStart).equals(indexMagic)) {
    throw new GitSourceError(
      'stalled',
      'RepositoryDamaged',
      'a pack index is not of version 2, or is damaged',
    );
  }
  const first = name[0] ?? 0;
  const count = index.readUInt32BE(fanoutStart + 255 * 4);
  let low = first === 0 ? 0 : index.readUInt32BE(fanoutStart + (first - 1) * 4);
  let high = index.readUInt32BE(fanoutStart + first * 4);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = namesStart + middle * oidBytes;
    const order = index.compare(name, 0, oidBytes, start, start + oidBytes);
    if (order === 0) return offsetAt(index, count, middle);
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

function offsetAt(index: Buffer, count: number, position: number): number {
  const offsetsStart = namesStart + count * (oidBytes + 4);
  const offset = index.readUInt32BE(offsetsStart + position * 4);
  if (offset < largeOffset) return offset;
  return Number(index.readBigUInt64BE(offsetsStart + count * 4 + (offset - largeOffset) * 8));
}

/** What of a deflated stream comes out of its first bytes. */
function inflatePrefix(deflated: Buffer): Buffer {
  return inflateSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}

export function objectTooLarge(oid: string, bytes: number, limits: GitLimits): GitSourceError {
  return tooLarge(`object ${oid} of ${bytes} bytes`, limits.objectBytesMax, 'ObjectTooLarge');
}

export function tooLarge(what: string, max: number, reason: string): GitSourceError {
  return new GitSourceError('stalled', reason, `the repository has ${what}; at most ${max} are allowed`);
}
