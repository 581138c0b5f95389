/** The bootstrap administrator's token: random, made once, in a file that the owner of the state directory alone reads. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mastersGroup, type UserInfo } from '../../core/model/user.ts';
import { writeFileOnce } from './file-vault.ts';

const fileName = 'admin.token';
const tokenBytes = 32;
/** A shorter file is no token: an empty one must not let everybody in. */
const tokenCharactersMin = 32;

export const adminUser: UserInfo = { name: 'berth:admin', groups: [mastersGroup] };

export class AdminToken {
  readonly #bytes: Buffer;

  private constructor(token: string) {
    this.#bytes = Buffer.from(token);
  }

  /** Reads `directory/admin.token`, which is made where it is missing. */
  static async load(directory: string): Promise<AdminToken> {
    const made = `${randomBytes(tokenBytes).toString('base64url')}\n`;
    await writeFileOnce(directory, fileName, Buffer.from(made));
    const path = join(directory, fileName);
    const token = (await readFile(path, 'utf8')).trim();
    if (token.length < tokenCharactersMin)
      throw new Error(`${path} holds no token: remove it to have a new one made`);
    return new AdminToken(token);
  }

  /** Whether `token` is it, in a time that tells no more than its length, which is known. */
  matches(token: string): boolean {
    const bytes = Buffer.from(token);
    return bytes.length === this.#bytes.length && timingSafeEqual(bytes, this.#bytes);
  }
}
