/** X.509 certificates and requests: built and read here alone. Keys are ECDSA P-256, which every client takes. */
import { createHash, getRandomValues, KeyObject, type webcrypto } from 'node:crypto';
import { BitString, Integer, OctetString, Sequence, Set as SetOf, Utf8String } from 'asn1js';
import {
  AltName,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtKeyUsage,
  Extension,
  GeneralName,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { ipBytes } from './ip-bytes.ts';

const oid = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Purposes of a certificate, as extended key usages. */
export const purposes = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;
export type Purpose = keyof typeof purposes;

/** Key usage bits, counted from the most significant one. */
const keyUsageBits = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyCertSign: 0x04,
  cRLSign: 0x02,
} as const;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signatureHash = 'SHA-256';

/** Certificates of machines whose clocks differ a little are valid for all of them. */
const backdatedMs = 5 * 60_000;

/** Who a certificate speaks for: a user and its groups, for client certificates. */
export interface DistinguishedName {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** What issues certificates. */
export interface Issuer {
  readonly certificate: Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

export interface CertificateOrder {
  readonly subject: DistinguishedName;
  readonly publicKey: webcrypto.CryptoKey;
  /** Of the certificate; it is valid from a few minutes before on. */
  readonly nowMs: number;
  readonly validForMs: number;
  readonly purposes: readonly Purpose[];
  /** DNS names and IP addresses. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** A fresh key pair for certificates. */
export async function newKeyPair(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** A private key as PKCS #8 PEM. */
export function privateKeyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** An authority that signs itself. */
export async function selfSigned(commonName: string, nowMs: number, validForMs: number): Promise<Issuer> {
  const keys = await newKeyPair();
  const certificate = await unsigned({
    subject: { commonName, organizations: [] },
    publicKey: keys.publicKey,
    nowMs,
    validForMs,
    purposes: [],
  });
  certificate.issuer = certificate.subject;
  const constraints = new BasicConstraints({ cA: true });
  certificate.extensions = [
    extension(oid.basicConstraints, constraints.toSchema().toBER(), true),
    extension(oid.keyUsage, keyUsage('keyCertSign', 'cRLSign', 'digitalSignature'), true),
    extension(oid.subjectKeyId, new OctetString({ valueHex: keyId(certificate) }).toBER()),
    authorityKeyId(certificate),
  ];
  await certificate.sign(keys.privateKey, signatureHash);
  return { certificate, privateKey: keys.privateKey };
}

/** A certificate for `order`, signed by `issuer`, as PEM; it never outlives its issuer. */
export async function issue(order: CertificateOrder, issuer: Issuer): Promise<string> {
  const certificate = await unsigned(order);
  certificate.issuer = issuer.certificate.subject;
  const end = Math.min(order.nowMs + order.validForMs, issuer.certificate.notAfter.value.getTime());
  certificate.notAfter = time(end);
  const usages = new ExtKeyUsage({ keyPurposes: order.purposes.map((purpose) => purposes[purpose]) });
  const names = [
    ...(order.dnsNames ?? []).map((value) => new GeneralName({ type: 2, value })),
    ...(order.addresses ?? []).map(
      (address) => new GeneralName({ type: 7, value: new OctetString({ valueHex: ipBytes(address) }) }),
    ),
  ];
  certificate.extensions = [
    extension(oid.basicConstraints, new BasicConstraints({ cA: false }).toSchema().toBER(), true),
    extension(oid.keyUsage, keyUsage('digitalSignature', 'keyEncipherment'), true),
    extension(oid.extendedKeyUsage, usages.toSchema().toBER()),
    authorityKeyId(issuer.certificate),
    ...(names.length === 0
      ? []
      : [extension(oid.subjectAltName, new AltName({ altNames: names }).toSchema().toBER())]),
  ];
  await certificate.sign(issuer.privateKey, signatureHash);
  return certificatePem(certificate);
}

async function unsigned(order: CertificateOrder): Promise<Certificate> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = serialNumber();
  certificate.subject = encodeName(order.subject);
  certificate.notBefore = time(order.nowMs - backdatedMs);
  certificate.notAfter = time(order.nowMs + order.validForMs);
  await certificate.subjectPublicKeyInfo.importKey(order.publicKey);
  return certificate;
}

/** 127 random bits: unique without a counter. The first byte keeps it positive and of full length. */
function serialNumber(): Integer {
  const bytes = getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return new Integer({ valueHex: bytes });
}

/** UTCTime holds years up to 2049 (RFC 5280, 4.1.2.5). */
function time(ms: number): Time {
  const value = new Date(Math.floor(ms / 1000) * 1000);
  return new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
}

/** A name with one attribute in each of its parts: the library would put them all into one, in no set order. */
function encodeName({ commonName, organizations }: DistinguishedName): RelativeDistinguishedNames {
  const attributes = [
    ...organizations.map((value) => ({ type: oid.organization, value })),
    { type: oid.commonName, value: commonName },
  ];
  const parts = attributes.map(({ type, value }) => {
    const attribute = new AttributeTypeAndValue({ type, value: new Utf8String({ value }) });
    return new SetOf({ value: [attribute.toSchema()] });
  });
  return RelativeDistinguishedNames.fromBER(new Sequence({ value: parts }).toBER());
}

function extension(extnID: string, extnValue: ArrayBuffer, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue });
}

function keyUsage(...usages: readonly (keyof typeof keyUsageBits)[]): ArrayBuffer {
  const bits = usages.reduce((sum, usage) => sum | keyUsageBits[usage], 0);
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return new BitString({ valueHex: Uint8Array.of(bits), unusedBits }).toBER();
}

/** SHA-1 of the public key, the usual key identifier (RFC 5280, 4.2.1.2); it proves nothing. */
function keyId(certificate: Certificate): Uint8Array<ArrayBuffer> {
  const key = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return new Uint8Array(createHash('sha1').update(key).digest());
}

function authorityKeyId(issuer: Certificate): Extension {
  const identifier = new AuthorityKeyIdentifier({
    keyIdentifier: new OctetString({ valueHex: keyId(issuer) }),
  });
  return extension(oid.authorityKeyId, identifier.toSchema().toBER());
}

/** A certificate as PEM. */
export function certificatePem(certificate: Certificate): string {
  const base64 = Buffer.from(certificate.toSchema(true).toBER()).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?!$)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** Common name and organizations of a name, read from its DER and not from a rendered text that could be forged. */
export function readName(name: RelativeDistinguishedNames): DistinguishedName {
  const values = (type: string): readonly string[] =>
    name.typesAndValues
      .filter((one) => one.type === type)
      .map(({ value }) => {
        const { value: text } = value.valueBlock as { readonly value?: unknown };
        return typeof text === 'string' ? text : '';
      });
  return { commonName: values(oid.commonName).at(-1) ?? '', organizations: values(oid.organization) };
}
