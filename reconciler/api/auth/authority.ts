/** A certificate authority of the cluster: made at the first start, kept in the vault as one piece. */
import { createPrivateKey, type webcrypto, X509Certificate } from 'node:crypto';
import { Certificate } from 'pkijs';
import { type KeyVault, loadOrMake } from './key-vault.ts';
import { certificatePem, type Issuer, privateKeyPem, selfSigned } from './x509.ts';

const dayMs = 86_400_000;
const validForMs = 10 * 365 * dayMs;

export interface Authority {
  readonly issuer: Issuer;
  readonly pem: string;
  readonly certificate: X509Certificate;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The authority of that name; `commonName` is its subject where it has to be made. */
export async function loadAuthority(
  vault: KeyVault,
  name: string,
  commonName: string,
  nowMs: number,
): Promise<Authority> {
  const bytes = await loadOrMake(vault, `${name}.pem`, async () => {
    const issuer = await selfSigned(commonName, nowMs, validForMs);
    // Key and certificate are one entry: two makers at once cannot leave one of each.
    return encoder.encode(privateKeyPem(issuer.privateKey) + certificatePem(issuer.certificate));
  });
  const text = decoder.decode(bytes);
  const certificate = new X509Certificate(text);
  const privateKey = await importSigningKey(text);
  const parsed = Certificate.fromBER(new Uint8Array(certificate.raw));
  return { issuer: { certificate: parsed, privateKey }, pem: certificatePem(parsed), certificate };
}

async function importSigningKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey(
    'pkcs8',
    new Uint8Array(der),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
}
