/** An OIDC provider's keys: discovered and fetched over https, cached, asked for again within bounds. */
import { request } from 'node:https';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock, Logger } from '../../core/ports.ts';

const bodyBytesMax = 1024 * 1024;
const timeoutMs = 10_000;
/** Keys that a provider no longer shows are not trusted for longer. */
const maximumAgeMs = 60 * 60_000;
/** An unknown key id is a reason to look again, but not with every forged token. */
const refreshIntervalMs = 10_000;
const backoffMinMs = 1_000;
const backoffMaxMs = 60_000;

export interface OidcEndpoint {
  /** As the tokens name it; https. */
  readonly issuerUrl: string;
  /** PEM of the authorities that the provider's certificate is verified by; the system's where left out. */
  readonly caPem?: string;
}

type Resolver = JWTVerifyGetKey;

export class OidcKeys {
  readonly #endpoint: OidcEndpoint;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #resolver: Resolver | undefined;
  #fetchedAtMs = -Infinity;
  #retryAtMs = -Infinity;
  #failures = 0;
  #problem = '';
  #fetching: Promise<void> | undefined;

  constructor(endpoint: OidcEndpoint, ports: { readonly clock: Clock; readonly logger: Logger }) {
    this.#endpoint = endpoint;
    this.#clock = ports.clock;
    this.#logger = ports.logger;
  }

  /** The keys at hand, fetched where they are missing, old, or (`again`) lack one. Throws where there are none. */
  async resolver(again = false): Promise<Resolver> {
    const age = this.#clock.now() - this.#fetchedAtMs;
    const due = this.#resolver === undefined || age > maximumAgeMs || (again && age > refreshIntervalMs);
    if (due && this.#clock.now() >= this.#retryAtMs) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching;
    }
    const fresh = this.#clock.now() - this.#fetchedAtMs <= maximumAgeMs;
    if (this.#resolver === undefined || !fresh)
      throw new Error(`the keys of ${this.#endpoint.issuerUrl} could not be fetched: ${this.#problem}`);
    return this.#resolver;
  }

  async #fetch(): Promise<void> {
    const { issuerUrl } = this.#endpoint;
    try {
      const configuration = await this.#json(
        `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`,
      );
      if (configuration.issuer !== issuerUrl)
        throw new Error(`the provider calls itself ${JSON.stringify(configuration.issuer)}`);
      if (typeof configuration.jwks_uri !== 'string') throw new Error('the provider names no jwks_uri');
      const keys = await this.#json(configuration.jwks_uri);
      this.#resolver = createLocalJWKSet(keys as unknown as JSONWebKeySet);
      this.#fetchedAtMs = this.#clock.now();
      this.#failures = 0;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#retryAtMs = this.#clock.now() + Math.min(backoffMaxMs, backoffMinMs * 2 ** this.#failures);
      this.#failures++;
      this.#logger.warn('OIDC: the keys could not be fetched', { issuer: issuerUrl, problem: this.#problem });
    }
  }

  async #json(url: string): Promise<Readonly<Record<string, unknown>>> {
    if (!url.startsWith('https://')) throw new Error(`${url}: only https is trusted`);
    const body = JSON.parse(await fetchText(url, this.#endpoint.caPem)) as unknown;
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new Error(`${url}: expected a JSON object`);
    return body as Readonly<Record<string, unknown>>;
  }
}

/** The body of a 200; redirects are not followed. */
function fetchText(url: string, caPem: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        ...(caPem === undefined ? {} : { ca: caPem }),
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { accept: 'application/json' },
      },
      (answer) => {
        const fail = (why: string): void => {
          answer.destroy();
          reject(new Error(`${url}: ${why}`));
        };
        if (answer.statusCode !== 200) return fail(`answered ${answer.statusCode ?? 0}`);
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > bodyBytesMax) fail(`answered more than ${bodyBytesMax} bytes`);
          else chunks.push(chunk);
        });
        answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        answer.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
