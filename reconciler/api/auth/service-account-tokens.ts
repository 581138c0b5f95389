/** Service account tokens: signed on request, verified with every request that shows one. */
import { createHash } from 'node:crypto';
import { CompactSign, compactVerify, decodeProtectedHeader, errors, type JWTPayload } from 'jose';
import type { UserInfo } from '../../core/model/user.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { BoundedMap } from '../../core/model/bounded-map.ts';
import { type SigningKeys, signingAlgorithm } from './signing-keys.ts';
import { holderOf } from './token-bindings.ts';
import {
  type BoundClaims,
  legacyClaims,
  legacyIssuer,
  type NamedUid,
  privateClaims,
  readClaims,
  subjectOf,
  type TokenClaims,
} from './token-claims.ts';

/** Tokens whose signature has been checked; whether they still hold is looked up each time. */
const verifiedMax = 4096;

export interface TokenSettings {
  /** The first one signs, tokens of the others are taken too. */
  readonly issuers: readonly string[];
  /** Audiences of the API itself. */
  readonly apiAudiences: readonly string[];
}

export type TokenVerdict =
  | { readonly ok: true; readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly ok: false; readonly reason: string };

interface Verified {
  readonly claims: TokenClaims;
  /** Undefined for legacy tokens, which are for the API alone. */
  readonly audiences: readonly string[] | undefined;
  readonly notBeforeMs: number;
  readonly expiresMs: number;
}

export class ServiceAccountTokens {
  readonly keys: SigningKeys;
  readonly settings: TokenSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #verified = new BoundedMap<string, Verified>(verifiedMax);

  constructor(
    keys: SigningKeys,
    settings: TokenSettings,
    ports: { readonly clock: Clock; readonly random: Random },
  ) {
    this.keys = keys;
    this.settings = settings;
    this.#clock = ports.clock;
    this.#random = ports.random;
  }

  get issuer(): string {
    return this.settings.issuers[0] ?? '';
  }

  /** Whether a token with this `iss` is for `verify`. */
  isIssuer(issuer: unknown): boolean {
    return issuer === legacyIssuer || this.settings.issuers.some((one) => one === issuer);
  }

  /** A token for what `claims` name. */
  async sign(claims: BoundClaims, audiences: readonly string[], expiresMs: number): Promise<string> {
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    const payload: JWTPayload = {
      aud: [...audiences],
      exp: Math.floor(expiresMs / 1000),
      iat: nowSeconds,
      nbf: nowSeconds,
      iss: this.issuer,
      jti: this.#random.uuid(),
      [privateClaims]: claims,
      sub: subjectOf(claims.namespace, claims.serviceaccount.name),
    };
    return this.#sign(payload);
  }

  /** A token without an end, good for as long as the Secret that holds it. */
  async signLegacy(namespace: string, account: NamedUid, secretName: string): Promise<string> {
    const claims = legacyClaims(namespace, account, secretName);
    return this.#sign({ iss: legacyIssuer, sub: subjectOf(namespace, account.name), ...claims });
  }

  async #sign(payload: JWTPayload): Promise<string> {
    const { kid, privateKey } = this.keys.current;
    const bytes = Buffer.from(JSON.stringify(payload));
    return new CompactSign(bytes).setProtectedHeader({ alg: signingAlgorithm, kid }).sign(privateKey);
  }

  /** Whose token it is, for one of `audiences` at least; gives those that fit. */
  async verify(token: string, audiences: readonly string[], view: ClusterView): Promise<TokenVerdict> {
    const checked = await this.#checked(token);
    if (typeof checked === 'string') return { ok: false, reason: checked };
    const nowMs = this.#clock.now();
    if (nowMs >= checked.expiresMs) return { ok: false, reason: 'the token has expired' };
    if (nowMs < checked.notBeforeMs) return { ok: false, reason: 'the token is not valid yet' };
    const fitting = (checked.audiences ?? this.settings.apiAudiences).filter((one) =>
      audiences.includes(one),
    );
    if (fitting.length === 0) return { ok: false, reason: 'the token is for another audience' };
    const holder = holderOf(checked.claims, token, view, nowMs);
    return holder.ok ? { ok: true, user: holder.user, audiences: fitting } : holder;
  }

  async #checked(token: string): Promise<Verified | string> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(key);
    if (known !== undefined) return known;
    try {
      const { kid } = decodeProtectedHeader(token);
      const publicKey = typeof kid === 'string' ? await this.keys.find(kid, this.#clock.now()) : undefined;
      if (publicKey === undefined) return 'the token is signed by an unknown key';
      const { payload } = await compactVerify(token, publicKey, { algorithms: [signingAlgorithm] });
      const verified = this.#read(payload);
      if (typeof verified !== 'string') this.#verified.set(key, verified);
      return verified;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof SyntaxError)
        return `the token is not valid: ${error.message}`;
      throw error;
    }
  }

  #read(bytes: Uint8Array): Verified | string {
    const payload = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JWTPayload;
    if (!this.isIssuer(payload.iss)) return 'the token is from another issuer';
    const claims = readClaims(payload);
    if (claims === undefined) return 'the claims of the token are not those of a service account';
    if (claims.type === 'legacy')
      return { claims, audiences: undefined, notBeforeMs: -Infinity, expiresMs: Infinity };
    const { aud, exp, nbf = 0 } = payload;
    if (aud === undefined || typeof exp !== 'number' || typeof nbf !== 'number')
      return 'the token names no audience or no end';
    const audiences = typeof aud === 'string' ? [aud] : aud;
    return { claims, audiences, notBeforeMs: nbf * 1000, expiresMs: exp * 1000 };
  }
}
