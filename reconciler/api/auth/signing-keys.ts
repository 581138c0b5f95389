/**
 * The keys that service account tokens are signed with: the newest one signs, all of them verify. They lie in the vault
 * by number, so that every reconciler finds those that another one added.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';
import type { KeyVault } from './key-vault.ts';
import { newKeyPair, privateKeyPem } from './x509.ts';

export const signingAlgorithm = 'ES256';

/** Rotations that a cluster may see; a bound for the search, not for its life: one a week lasts twenty years. */
const keysMax = 1000;
/** How long an unknown key id is not searched for again: forged tokens must not read the vault each time. */
const missIntervalMs = 10_000;

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const encoder = new TextEncoder();

export class SigningKeys {
  readonly #vault: KeyVault;
  #keys: readonly SigningKey[] = [];
  #searchedAtMs = -Infinity;

  private constructor(vault: KeyVault) {
    this.#vault = vault;
  }

  /** Loads all keys; makes the first one where there is none. */
  static async load(vault: KeyVault): Promise<SigningKeys> {
    const keys = new SigningKeys(vault);
    await keys.#loadMore();
    if (keys.#keys.length === 0) await keys.rotate();
    return keys;
  }

  /** The newest key, by which tokens are signed. */
  get current(): { readonly kid: string; readonly privateKey: KeyObject } {
    const newest = this.#keys.at(-1);
    if (newest === undefined) throw new Error('there is no key for service account tokens');
    return newest;
  }

  /** The key with that id, looked for in the vault where another reconciler may have added it. */
  async find(kid: string, nowMs: number): Promise<KeyObject | undefined> {
    const known = this.#byKid(kid);
    if (known !== undefined || nowMs - this.#searchedAtMs < missIntervalMs) return known;
    this.#searchedAtMs = nowMs;
    await this.#loadMore();
    return this.#byKid(kid);
  }

  /** Adds a key, which signs from now on; tokens of the former ones stay good until they expire. */
  async rotate(): Promise<void> {
    await this.#loadMore();
    const { privateKey } = await newKeyPair();
    // Where another reconciler took the number, its key is as new as this one would be.
    await this.#vault.saveOnce(keyName(this.#keys.length + 1), encoder.encode(privateKeyPem(privateKey)));
    await this.#loadMore();
  }

  /** The public keys as a JSON Web Key Set. */
  async jwks(): Promise<{ readonly keys: readonly JWK[] }> {
    const keys = this.#keys.map(async ({ kid, publicKey }) => ({
      use: 'sig',
      kid,
      alg: signingAlgorithm,
      ...(await exportJWK(publicKey)),
    }));
    return { keys: await Promise.all(keys) };
  }

  #byKid(kid: string): KeyObject | undefined {
    return this.#keys.find((key) => key.kid === kid)?.publicKey;
  }

  async #loadMore(): Promise<void> {
    const keys = [...this.#keys];
    while (keys.length < keysMax) {
      const bytes = await this.#vault.load(keyName(keys.length + 1));
      if (bytes === undefined) break;
      keys.push(signingKey(new TextDecoder().decode(bytes)));
    }
    // Two searches at once find the same keys; the longer list counts.
    if (keys.length > this.#keys.length) this.#keys = keys;
  }
}

function keyName(number: number): string {
  return `service-account-${number}.pem`;
}

function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  // As Kubernetes: the hash of the public key's DER form.
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { kid: createHash('sha256').update(der).digest('base64url'), privateKey, publicKey };
}
