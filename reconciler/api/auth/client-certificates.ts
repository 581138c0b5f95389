/** Client certificates: issued for a user and its groups, and judged when a connection shows one. */
import { createHash, X509Certificate } from 'node:crypto';
import { Certificate } from 'pkijs';
import type { UserInfo } from '../../core/model/user.ts';
import type { Authority } from './authority.ts';
import { BoundedMap } from '../../core/model/bounded-map.ts';
import { issue, newKeyPair, privateKeyPem, purposes, readName } from './x509.ts';

/** Certificates whose chain has been checked; a connection shows the same one with every request. */
const rememberedMax = 1024;

export interface ClientCredentials {
  readonly certificate: string;
  readonly privateKey: string;
}

interface Judged {
  readonly user: UserInfo;
  readonly validFromMs: number;
  readonly validToMs: number;
}

export type CertificateVerdict =
  | { readonly ok: true; readonly user: UserInfo }
  /** `reason` is for the log; clients are told no more than `Unauthorized`. */
  | { readonly ok: false; readonly reason: string };

/** A key and a certificate by which the API takes its holder for `user` in `groups`. */
export async function issueClientCertificate(
  authority: Authority,
  user: { readonly name: string; readonly groups: readonly string[] },
  nowMs: number,
  validForMs: number,
): Promise<ClientCredentials> {
  const keys = await newKeyPair();
  const certificate = await issue(
    {
      subject: { commonName: user.name, organizations: user.groups },
      publicKey: keys.publicKey,
      nowMs,
      validForMs,
      purposes: ['clientAuth'],
    },
    authority.issuer,
  );
  return { certificate, privateKey: privateKeyPem(keys.privateKey) };
}

export class ClientCertificates {
  readonly #authority: Authority;
  readonly #judged = new BoundedMap<string, Judged | string>(rememberedMax);

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /** Who showed the certificate in `raw` (DER): signed by the client CA, valid now, and meant for clients. */
  judge(raw: Uint8Array, nowMs: number): CertificateVerdict {
    const key = createHash('sha256').update(raw).digest('base64');
    let judged = this.#judged.get(key);
    if (judged === undefined) {
      judged = this.#read(raw);
      this.#judged.set(key, judged);
    }
    if (typeof judged === 'string') return { ok: false, reason: judged };
    if (nowMs < judged.validFromMs) return { ok: false, reason: 'the client certificate is not valid yet' };
    if (nowMs > judged.validToMs) return { ok: false, reason: 'the client certificate has expired' };
    return { ok: true, user: judged.user };
  }

  #read(raw: Uint8Array): Judged | string {
    try {
      const certificate = new X509Certificate(raw);
      const { certificate: ca } = this.#authority;
      if (!certificate.checkIssued(ca) || !certificate.verify(ca.publicKey))
        return 'the client certificate is signed by an unknown authority';
      if (certificate.ca) return 'the client certificate is one of an authority';
      if (!(certificate.keyUsage ?? []).includes(purposes.clientAuth))
        return 'the client certificate is not meant for clients';
      const parsed = Certificate.fromBER(new Uint8Array(raw));
      const { commonName, organizations } = readName(parsed.subject);
      if (commonName === '') return 'the client certificate names no user';
      return {
        user: {
          name: commonName,
          groups: organizations,
          extra: { 'authentication.kubernetes.io/credential-id': [credentialId(raw)] },
        },
        validFromMs: parsed.notBefore.value.getTime(),
        validToMs: parsed.notAfter.value.getTime(),
      };
    } catch (error) {
      return `the client certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

function credentialId(raw: Uint8Array): string {
  return `X509SHA256=${createHash('sha256').update(raw).digest('hex')}`;
}
