/** The bootstrap administrator's token: random, made once, in a file that the owner of the state directory alone reads. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
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
  readonly #digest: Buffer;

  private constructor(token: string) {
    this.#digest = digestOf(token);
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

  /** Whether `token` is it, in a time that tells nothing. */
  matches(token: string): boolean {
    return timingSafeEqual(digestOf(token), this.#digest);
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
