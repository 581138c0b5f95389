import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { StoreFailedError } from '../../core/ports.ts';
import type { EncryptionKey } from './key-file.ts';

/**
 * A sealed value: magic, id of the key, nonce, ciphertext, tag. AES-256-GCM; the key under which the store has the
 * value is authenticated with it, so that no value can be put in another's place. Random nonces of 96 bits serve for
 * 2^32 values per key (NIST SP 800-38D, 8.3).
 */
const magic = Buffer.from('BERTH-SEALED-1\0', 'latin1');
const cipher = 'aes-256-gcm';
const idBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const nonceStart = magic.length + idBytes;
const bodyStart = nonceStart + nonceBytes;

/** What sealing adds to a value. */
export const sealBytes = bodyStart + tagBytes;

/** Whether a value was sealed; one written before encryption was begun is not. */
export function isSealed(value: Uint8Array): boolean {
  return value.byteLength >= sealBytes && Buffer.compare(magic, value.subarray(0, magic.length)) === 0;
}

export function sealValue(storeKey: string, value: Uint8Array, key: EncryptionKey): Buffer {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key.secret, nonce, { authTagLength: tagBytes });
  sealing.setAAD(Buffer.from(storeKey));
  const body = sealing.update(value);
  const end = sealing.final();
  return Buffer.concat([magic, Buffer.from(key.id, 'hex'), nonce, body, end, sealing.getAuthTag()]);
}

/** Throws StoreFailedError, which names the store's key, where the value cannot be opened. */
export function openValue(
  storeKey: string,
  value: Uint8Array,
  keys: ReadonlyMap<string, EncryptionKey>,
): Uint8Array {
  const id = Buffer.from(value.subarray(magic.length, nonceStart)).toString('hex');
  const key = keys.get(id);
  if (key === undefined)
    throw new StoreFailedError(
      `the value of ${storeKey} is encrypted with key ${id}, which the key file does not hold; put that key back`,
    );
  const end = value.byteLength - tagBytes;
  try {
    const opening = createDecipheriv(cipher, key.secret, value.subarray(nonceStart, bodyStart), {
      authTagLength: tagBytes,
    });
    opening.setAAD(Buffer.from(storeKey));
    opening.setAuthTag(value.subarray(end));
    return Buffer.concat([opening.update(value.subarray(bodyStart, end)), opening.final()]);
  } catch (error) {
    throw new StoreFailedError(
      `the value of ${storeKey} cannot be decrypted with key ${id}: it is not what was encrypted, or the key is another`,
      { cause: error },
    );
  }
}
