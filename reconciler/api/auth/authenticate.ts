/** Who asks: by the socket, the client certificate or the bearer token of a request. */
import { decodeJwt, errors } from 'jose';
import { authenticatedGroup, mastersGroup, type UserInfo } from '../../core/model/user.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { Clock } from '../../core/ports.ts';
import type { StatusProblem } from '../../core/registry/status-error.ts';
import { type AdminToken, adminUser } from './admin-token.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { OidcTokens } from './oidc.ts';
import { headerValues, type RawHeaders } from './request-headers.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

/** Whoever may open the reconciler's socket, which its file mode decides. */
export const localUser: UserInfo = { name: 'berth:local', groups: [mastersGroup] };

/** Longer ones are no tokens: a verifier must not be fed megabytes. */
const tokenCharactersMax = 64 * 1024;

export interface Credentials {
  /** `rawHeaders` of the request. */
  readonly headers: RawHeaders;
  /** What the client showed in the TLS handshake, e.g. `getPeerX509Certificate()`. */
  readonly peerCertificate?: { readonly raw: Uint8Array } | undefined;
  /** The request came through the reconciler's unix socket. */
  readonly local: boolean;
}

/** Credentials that prove nothing; `reason` is for the log and holds no secret. The answer is `unauthorized`. */
export interface AuthProblem {
  readonly type: 'refused';
  readonly reason: string;
}

export type Authenticated =
  | { readonly type: 'user'; readonly user: UserInfo }
  /** No credentials at all. */
  | { readonly type: 'anonymous' }
  | AuthProblem;

/** The 401 of whoever is refused: it does not say why. */
export const unauthorized: StatusProblem = { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };

export type TokenUser =
  | { readonly ok: true; readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly ok: false; readonly reason: string };

export interface AuthenticatorParts {
  readonly certificates: ClientCertificates;
  readonly adminToken: AdminToken;
  readonly tokens: ServiceAccountTokens;
  readonly oidc: OidcTokens | undefined;
  readonly view: ClusterView;
  readonly clock: Clock;
}

export class Authenticator {
  readonly #parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /** Explicit credentials count before the socket: who shows a token is its user. */
  async authenticate({ headers, peerCertificate, local }: Credentials): Promise<Authenticated> {
    let refusal: AuthProblem | undefined;
    if (peerCertificate !== undefined) {
      const verdict = this.#parts.certificates.judge(peerCertificate.raw, this.#parts.clock.now());
      if (verdict.ok) return { type: 'user', user: authenticated(verdict.user) };
      refusal = { type: 'refused', reason: verdict.reason };
    }
    const bearer = bearerToken(headers);
    if (bearer !== undefined) {
      const { apiAudiences } = this.#parts.tokens.settings;
      const verdict = await this.tokenUser(bearer, apiAudiences);
      if (verdict.ok) return { type: 'user', user: verdict.user };
      return { type: 'refused', reason: verdict.reason };
    }
    if (refusal !== undefined) return refusal;
    return local ? { type: 'user', user: authenticated(localUser) } : { type: 'anonymous' };
  }

  /** Whose token it is, and for which of `audiences`. Tokens without audiences are for the API's own. */
  async tokenUser(token: string, audiences: readonly string[]): Promise<TokenUser> {
    const verdict = await this.#verified(token, audiences);
    return verdict.ok ? { ...verdict, user: authenticated(verdict.user) } : verdict;
  }

  async #verified(token: string, audiences: readonly string[]): Promise<TokenUser> {
    const { adminToken, tokens, oidc, view } = this.#parts;
    if (token === '' || token.length > tokenCharactersMax)
      return { ok: false, reason: 'the bearer token is empty or too long' };
    const ownAudiences = tokens.settings.apiAudiences.filter((one) => audiences.includes(one));
    const forApi = (user: UserInfo): TokenUser =>
      ownAudiences.length === 0
        ? { ok: false, reason: 'the token is for another audience' }
        : { ok: true, user, audiences: ownAudiences };
    if (adminToken.matches(token)) return forApi(admin);
    const issuer = issuerOf(token);
    if (issuer === undefined) return { ok: false, reason: 'the bearer token is unknown' };
    if (tokens.isIssuer(issuer)) return tokens.verify(token, audiences, view);
    if (oidc?.isIssuer(issuer) !== true)
      return { ok: false, reason: `nobody here takes tokens of the issuer ${JSON.stringify(issuer)}` };
    const verdict = await oidc.verify(token);
    return verdict.ok ? forApi(verdict.user) : verdict;
  }
}

const admin = authenticated(adminUser);

/** Everybody who proved who they are belongs to this group. */
function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticatedGroup)) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}

/** The token of an `Authorization: Bearer` header; empty for another or a malformed one, undefined without any. */
function bearerToken(headers: RawHeaders): string | undefined {
  const values = headerValues(headers, 'authorization');
  if (values.length === 0) return undefined;
  const match = /^bearer +(\S+) *$/i.exec(values[0] ?? '');
  return values.length > 1 ? '' : (match?.[1] ?? '');
}

/** `iss` of a token that is not verified yet: it only decides who verifies. */
function issuerOf(token: string): string | undefined {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
