import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fs from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import git from 'isomorphic-git';
import { undefinedIfMissing } from './file-errors.ts';
import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { PackedSizes, objectTooLarge } from './packed-size.ts';

export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly content: Buffer;
}

/** The header of a loose object: the longest type, a space, the digits of a size, NUL. */
const looseHeaderBytesMax = 32;

/**
 * Reads objects of one repository on disk, none larger than the bound, each checked against its name. Loose
 * objects are unfolded here, under the bound; packed ones by isomorphic-git, once their size is known.
 */
export class ObjectReader {
  readonly #gitDirectory: string;
  readonly #limits: GitLimits;
  readonly #sizes: PackedSizes;
  /** isomorphic-git keeps pack indexes and packs in here. */
  readonly #cache = {};

  constructor(gitDirectory: string, limits: GitLimits) {
    this.#gitDirectory = gitDirectory;
    this.#limits = limits;
    this.#sizes = new PackedSizes(gitDirectory, limits);
  }

  /** Undefined where the repository does not have it. */
  async read(oid: string): Promise<GitObject | undefined> {
    const object = (await this.#readLoose(oid)) ?? (await this.#readPacked(oid));
    if (object === undefined) return undefined;
    const name = createHash('sha1')
      .update(`${object.type} ${object.content.length}\0`)
      .update(object.content);
    if (name.digest('hex') === oid) return object;
    throw new GitSourceError(
      'stalled',
      'RepositoryDamaged',
      `object ${oid} does not hold what its name says`,
    );
  }

  async #readLoose(oid: string): Promise<GitObject | undefined> {
    const path = join(this.#gitDirectory, 'objects', oid.slice(0, 2), oid.slice(2));
    const deflated = await readFile(path).catch(undefinedIfMissing);
    if (deflated === undefined) return undefined;
    const whole = this.#inflate(oid, deflated);
    const headerEnd = whole.indexOf(0);
    const [, type] = /^(commit|tree|blob|tag) \d+$/u.exec(whole.toString('latin1', 0, headerEnd)) ?? [];
    if (type === undefined)
      throw new GitSourceError('stalled', 'RepositoryDamaged', `object ${oid} is damaged`);
    return { type: type as GitObject['type'], content: whole.subarray(headerEnd + 1) };
  }

  #inflate(oid: string, deflated: Buffer): Buffer {
    const max = this.#limits.objectBytesMax;
    try {
      return inflateSync(deflated, { maxOutputLength: max + looseHeaderBytesMax });
    } catch (error) {
      if (error instanceof RangeError) throw objectTooLarge(oid, max + 1, this.#limits);
      throw new GitSourceError('stalled', 'RepositoryDamaged', `object ${oid} is damaged`, { cause: error });
    }
  }

  async #readPacked(oid: string): Promise<GitObject | undefined> {
    await this.#sizes.assertWithin(oid);
    try {
      const found = await git.readObject({
        fs,
        gitdir: this.#gitDirectory,
        oid,
        format: 'content',
        cache: this.#cache,
      });
      return { type: found.type as GitObject['type'], content: Buffer.from(found.object as Uint8Array) };
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw new GitSourceError('stalled', 'RepositoryDamaged', `object ${oid} cannot be read`, {
        cause: error,
      });
    }
  }
}
