/** Certificate requests (PKCS #10) as CertificateSigningRequests carry them: read, judged by their signer, signed. */
import type { webcrypto } from 'node:crypto';
import { CertificationRequest, type Extension, Extensions, type GeneralNames } from 'pkijs';
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import { mastersGroup } from '../../core/model/user.ts';
import type { Authority } from './authority.ts';
import { type CertificateOrder, type DistinguishedName, issue, type Purpose, readName } from './x509.ts';

const extensionRequest = '1.2.840.113549.1.9.14';
const subjectAltName = '2.5.29.17';
const validForMsMax = 365 * 86_400_000;

export interface ParsedRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: webcrypto.CryptoKey;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  /** Alternative names of other kinds: mail addresses, URIs. */
  readonly otherNames: number;
}

/** Reads the PEM in `spec.request` (base64), its signature checked. Throws with what is wrong. */
export async function parseRequest(base64: string): Promise<ParsedRequest> {
  const pem = Buffer.from(base64, 'base64').toString('latin1');
  const match =
    /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
      pem,
    );
  if (match === null) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = CertificationRequest.fromBER(new Uint8Array(Buffer.from(match[1] ?? '', 'base64')));
  if (!(await request.verify()))
    throw new Error('the signature of the certificate request does not fit its key');
  const names = alternativeNames(request);
  return {
    subject: readName(request.subject),
    publicKey: await request.getPublicKey(),
    dnsNames: names.flatMap(({ type, value }) => (type === 2 ? [String(value)] : [])),
    addresses: names.flatMap(({ type, value }) => (type === 7 ? [addressText(value)] : [])),
    otherNames: names.filter(({ type }) => type !== 2 && type !== 7).length,
  };
}

function alternativeNames(
  request: CertificationRequest,
): readonly { readonly type: number; readonly value: unknown }[] {
  const attribute = (request.attributes ?? []).find(({ type }) => type === extensionRequest);
  const list: readonly Extension[] = (attribute?.values ?? []).flatMap(
    (schema: unknown) => new Extensions({ schema: schema as never }).extensions,
  );
  const names = list.find(({ extnID }) => extnID === subjectAltName)?.parsedValue as
    | { readonly altNames?: GeneralNames['names'] }
    | undefined;
  return names?.altNames ?? [];
}

function addressText(value: unknown): string {
  const bytes = (value as { readonly valueBlock: { readonly valueHexView: Uint8Array } }).valueBlock
    .valueHexView;
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0),
  );
  return groups.map((group) => group.toString(16)).join(':');
}

/** What a signer asks of a request; undefined where it is met. */
type SignerRule = (request: ParsedRequest, usages: readonly string[]) => string | undefined;

const keyUsages = ['digital signature', 'key encipherment'];
const nodePrefix = 'system:node:';

function isNode({ subject }: ParsedRequest): string | undefined {
  if (!subject.organizations.includes('system:nodes') || subject.organizations.length !== 1)
    return 'subject organization is not system:nodes';
  return subject.commonName.startsWith(nodePrefix)
    ? undefined
    : 'subject common name does not begin with system:node:';
}

function usagesWithin(usages: readonly string[], purpose: string): string | undefined {
  const foreign = usages.find((usage) => usage !== purpose && !keyUsages.includes(usage));
  if (foreign !== undefined) return `usage ${JSON.stringify(foreign)} is not allowed`;
  return usages.includes(purpose) ? undefined : `usage ${JSON.stringify(purpose)} is missing`;
}

/** Kubernetes' signers that Berth signs for, and what each takes. */
const signers: Readonly<Record<string, { readonly purpose: Purpose; readonly rule: SignerRule }>> = {
  'kubernetes.io/kube-apiserver-client': {
    purpose: 'clientAuth',
    rule: ({ subject }, usages) =>
      subject.organizations.includes(mastersGroup)
        ? `group ${mastersGroup} is not allowed`
        : usagesWithin(usages, 'client auth'),
  },
  'kubernetes.io/kube-apiserver-client-kubelet': {
    purpose: 'clientAuth',
    rule: (request, usages) =>
      isNode(request) ??
      (request.dnsNames.length + request.addresses.length + request.otherNames > 0
        ? 'subject alternative names are not allowed'
        : usagesWithin(usages, 'client auth')),
  },
  'kubernetes.io/kubelet-serving': {
    purpose: 'serverAuth',
    rule: (request, usages) =>
      isNode(request) ??
      (request.otherNames > 0
        ? 'only DNS and IP subject alternative names are allowed'
        : request.dnsNames.length + request.addresses.length === 0
          ? 'DNS or IP subject alternative name is required'
          : usagesWithin(usages, 'server auth')),
  },
};

export type Signed =
  | { readonly type: 'signed'; readonly certificate: string }
  | { readonly type: 'failed'; readonly message: string };

export function isOwnSigner(signerName: string): boolean {
  return signers[signerName] !== undefined;
}

/** Signs an approved request, or says why its signer will not. The signer has to be one of Kubernetes'. */
export async function signRequest(
  request: CertificateSigningRequest,
  authority: Authority,
  nowMs: number,
): Promise<Signed> {
  const { signerName, usages = [], expirationSeconds } = request.spec;
  const signer = signers[signerName];
  if (signer === undefined) throw new Error(`${signerName} is signed by somebody else`);
  let parsed: ParsedRequest;
  try {
    parsed = await parseRequest(request.spec.request);
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const problem = signer.rule(parsed, usages);
  if (problem !== undefined) return { type: 'failed', message: problem };
  const order: CertificateOrder = {
    subject: parsed.subject,
    publicKey: parsed.publicKey,
    nowMs,
    validForMs: Math.min((expirationSeconds ?? Infinity) * 1000, validForMsMax),
    purposes: [signer.purpose],
    dnsNames: parsed.dnsNames,
    addresses: parsed.addresses,
  };
  return { type: 'signed', certificate: await issue(order, authority.issuer) };
}
