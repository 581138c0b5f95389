import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One key of the key file. */
export interface EncryptionKey {
  /** 16 hexadecimal digits; stands in every value that the key encrypted. */
  readonly id: string;
  /** 32 bytes, for AES-256. */
  readonly secret: Buffer;
}

const secretBytes = 32;
const idPattern = /^[0-9a-f]{16}$/u;
const otherUsers = 0o077;

/**
 * The keys in a file, newest first; makes the file with one key where there is none. To rotate, put a new key before
 * the others: it encrypts from the next start on, and the others still decrypt. Throws naming what is wrong with the
 * file, above all when users other than its owner may read it.
 */
export function openKeyFile(path: string): readonly EncryptionKey[] {
  const text = readIfThere(path);
  if (text === undefined) {
    const key = { id: randomBytes(8).toString('hex'), secret: randomBytes(secretBytes) };
    writeKeyFile(path, [key]);
    return [key];
  }
  if ((statSync(path).mode & otherUsers) !== 0)
    throw new Error(`${path} holds encryption keys and may be read by others than its owner: chmod 600 it`);
  return parseKeys(text, path);
}

/** Replaces the file as a whole: it is on disk when this returns, or as it was before. */
function writeKeyFile(path: string, keys: readonly EncryptionKey[]): void {
  const content = { keys: keys.map(({ id, secret }) => ({ id, secret: secret.toString('base64') })) };
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function parseKeys(text: string, path: string): readonly EncryptionKey[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error });
  }
  const listed = isObject(content) ? content.keys : undefined;
  if (!Array.isArray(listed) || listed.length === 0)
    throw new Error(`${path}: keys: expected a list of keys`);
  const keys = listed.map((each: unknown, index) => parseKey(each, `${path}: keys[${index}]`));
  const ids = new Set(keys.map(({ id }) => id));
  if (ids.size < keys.length) throw new Error(`${path}: two keys have the same id`);
  return keys;
}

function parseKey(each: unknown, where: string): EncryptionKey {
  const { id, secret } = isObject(each) ? each : {};
  if (typeof id !== 'string' || !idPattern.test(id))
    throw new Error(`${where}.id: expected 16 hexadecimal digits`);
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
  if (bytes.length !== secretBytes)
    throw new Error(`${where}.secret: expected ${secretBytes} bytes in base64`);
  return { id, secret: bytes };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
