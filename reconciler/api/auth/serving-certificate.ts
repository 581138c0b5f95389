/**
 * The API server's own certificate. It is made anew at every start, when a third of its life is left, and when the
 * machine's names or addresses change; its key never leaves the process.
 */
import type { SecureContextOptions } from 'node:tls';
import { isIP } from 'node:net';
import type { Clock, Logger } from '../../core/ports.ts';
import type { Authority } from './authority.ts';
import { issue, newKeyPair, privateKeyPem } from './x509.ts';

const validForMs = 90 * 86_400_000;
const renewedBeforeMs = validForMs / 3;
/** How often addresses are compared: a host that moves is reachable under its new address within this. */
const lookIntervalMs = 60_000;

/** What a `tls.Server` or an HTTP/2 server takes a new certificate by. */
export interface SecureServer {
  setSecureContext(options: SecureContextOptions): void;
}

export interface ServingSettings {
  readonly authority: Authority;
  /** Whose client certificates are asked for. */
  readonly clientAuthority: Authority;
  /** All names and addresses that clients may use now, in any order, also twice. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Options of a TLS server that asks for client certificates and leaves judging them to `authenticate`. */
export interface ServingOptions extends SecureContextOptions {
  readonly requestCert: true;
  readonly rejectUnauthorized: false;
}

interface Current {
  readonly names: string;
  readonly renewAtMs: number;
  readonly context: SecureContextOptions;
}

export class ServingCertificate {
  readonly #settings: ServingSettings;
  #current: Current;

  private constructor(settings: ServingSettings, current: Current) {
    this.#settings = settings;
    this.#current = current;
  }

  static async create(settings: ServingSettings): Promise<ServingCertificate> {
    return new ServingCertificate(settings, await issued(settings));
  }

  options(): ServingOptions {
    return { ...this.#current.context, requestCert: true, rejectUnauthorized: false };
  }

  /** Makes a new certificate where the present one is due; whether it did. */
  async renew(): Promise<boolean> {
    const { names, clock } = this.#settings;
    if (clock.now() < this.#current.renewAtMs && sortedNames(names()) === this.#current.names) return false;
    this.#current = await issued(this.#settings);
    return true;
  }

  /** Keeps `server` on a good certificate until the returned function is called; connections stay. */
  follow(server: SecureServer): () => void {
    const { clock, logger } = this.#settings;
    let stopped = false;
    let cancel = (): void => undefined;
    const look = async (): Promise<void> => {
      try {
        if ((await this.renew()) && !stopped) server.setSecureContext(this.#current.context);
      } catch (error) {
        logger.error('the serving certificate could not be renewed', { error: String(error) });
      }
      if (!stopped) schedule();
    };
    const schedule = (): void => {
      cancel = clock.after(lookIntervalMs, () => void look());
    };
    schedule();
    return () => {
      stopped = true;
      cancel();
    };
  }
}

function sortedNames(names: readonly string[]): string {
  return [...new Set(names)].sort().join(' ');
}

async function issued(settings: ServingSettings): Promise<Current> {
  const { authority, clientAuthority, clock } = settings;
  const names = sortedNames(settings.names());
  const all = names.split(' ');
  const nowMs = clock.now();
  const keys = await newKeyPair();
  const certificate = await issue(
    {
      subject: { commonName: 'kube-apiserver', organizations: [] },
      publicKey: keys.publicKey,
      nowMs,
      validForMs,
      purposes: ['serverAuth'],
      dnsNames: all.filter((name) => isIP(name) === 0),
      addresses: all.filter((name) => isIP(name) !== 0),
    },
    authority.issuer,
  );
  const context = {
    key: privateKeyPem(keys.privateKey),
    cert: certificate + authority.pem,
    ca: clientAuthority.pem,
    minVersion: 'TLSv1.2',
  } as const;
  return { names, renewAtMs: nowMs + validForMs - renewedBeforeMs, context };
}
