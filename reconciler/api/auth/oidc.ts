/** Tokens of an OIDC provider: verified by its keys, read as a user and groups (kube-apiserver's --oidc flags). */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { UserInfo } from '../../core/model/user.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { OidcKeys } from './oidc-keys.ts';

export interface OidcSettings {
  /** https; compared with the tokens' `iss`. */
  readonly issuerUrl: string;
  /** The audience that tokens have to be for. */
  readonly clientId: string;
  /** Claim that names the user; `sub` unless given. */
  readonly usernameClaim?: string;
  /** Put before the name; `-` puts nothing. Unless given, `ISSUER#` for every claim but `email`. */
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  /** Claims that a token needs, with these values. */
  readonly requiredClaims?: Readonly<Record<string, string>>;
  readonly caPem?: string;
}

/** Signatures only: a shared secret must never verify, `none` neither. */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA'];

export type OidcVerdict =
  | { readonly ok: true; readonly user: UserInfo }
  | { readonly ok: false; readonly reason: string };

export class OidcTokens {
  readonly #settings: OidcSettings;
  readonly #keys: OidcKeys;
  readonly #clock: Clock;

  /** Throws where the settings cannot work. */
  constructor(settings: OidcSettings, ports: { readonly clock: Clock; readonly logger: Logger }) {
    if (!settings.issuerUrl.startsWith('https://'))
      throw new Error(`oidc.issuerUrl: ${JSON.stringify(settings.issuerUrl)} is no https URL`);
    if (settings.clientId === '') throw new Error('oidc.clientId: must not be empty');
    this.#settings = settings;
    this.#keys = new OidcKeys(settings, ports);
    this.#clock = ports.clock;
  }

  isIssuer(issuer: unknown): boolean {
    return issuer === this.#settings.issuerUrl;
  }

  async verify(token: string): Promise<OidcVerdict> {
    try {
      return readUser(await this.#payload(token), this.#settings);
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async #payload(token: string): Promise<JWTPayload> {
    const options = {
      algorithms,
      issuer: this.#settings.issuerUrl,
      audience: this.#settings.clientId,
      currentDate: new Date(this.#clock.now()),
      requiredClaims: ['exp'],
    };
    try {
      return (await jwtVerify(token, await this.#keys.resolver(), options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The provider may have rotated its keys since.
      return (await jwtVerify(token, await this.#keys.resolver(true), options)).payload;
    }
  }
}

function readUser(payload: JWTPayload, settings: OidcSettings): OidcVerdict {
  const refuse = (reason: string): OidcVerdict => ({ ok: false, reason: `oidc: ${reason}` });
  const { usernameClaim = 'sub', groupsClaim, groupsPrefix = '', requiredClaims = {} } = settings;
  const name = payload[usernameClaim];
  if (typeof name !== 'string' || name === '')
    return refuse(`the claim ${JSON.stringify(usernameClaim)} is missing or no text`);
  if (usernameClaim === 'email' && payload.email_verified !== undefined && payload.email_verified !== true)
    return refuse('the email address is not verified');
  for (const [claim, value] of Object.entries(requiredClaims))
    if (payload[claim] !== value)
      return refuse(`the claim ${JSON.stringify(claim)} is not ${JSON.stringify(value)}`);
  const groups = groupsClaim === undefined ? [] : groupsOf(payload[groupsClaim]);
  if (groups === undefined)
    return refuse(`the claim ${JSON.stringify(groupsClaim)} is no text and no list of texts`);
  const user = {
    name: `${usernamePrefix(settings, usernameClaim)}${name}`,
    groups: groups.map((group) => `${groupsPrefix}${group}`),
  };
  // Whoever runs a provider names its users; the system's own names are not theirs to give.
  if ([user.name, ...user.groups].some((one) => one.startsWith('system:')))
    return refuse('names and groups may not begin with "system:"');
  return { ok: true, user };
}

function usernamePrefix({ usernamePrefix: prefix, issuerUrl }: OidcSettings, claim: string): string {
  if (prefix === '-') return '';
  return prefix ?? (claim === 'email' ? '' : `${issuerUrl}#`);
}

function groupsOf(claim: unknown): readonly string[] | undefined {
  if (claim === undefined) return [];
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) && claim.every((one) => typeof one === 'string') ? claim : undefined;
}
