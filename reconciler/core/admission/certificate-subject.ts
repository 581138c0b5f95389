/** Whom a certificate request (PKCS #10) asks a certificate for. Signatures are the signer's business. */
import { CertificationRequest } from 'pkijs';

const commonNameType = '2.5.4.3';
const organizationType = '2.5.4.10';
const block =
  /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END (?:NEW )?CERTIFICATE REQUEST-----/;

export interface CertificateSubject {
  /** The user. */
  readonly commonName: string;
  /** The groups. */
  readonly organizations: readonly string[];
}

/** The subject of the PEM in `spec.request` (base64); throws with what is wrong. */
export function certificateSubject(request: string): CertificateSubject {
  const [, body] = block.exec(atob(request)) ?? [];
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const der = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (letter) => letter.charCodeAt(0));
  const { subject } = CertificationRequest.fromBER(der);
  const values = (type: string): readonly string[] =>
    subject.typesAndValues.filter((one) => one.type === type).map(({ value }) => textOf(value));
  return { commonName: values(commonNameType).at(-1) ?? '', organizations: values(organizationType) };
}

function textOf({ valueBlock }: { readonly valueBlock: unknown }): string {
  const { value } = valueBlock as { readonly value?: unknown };
  return typeof value === 'string' ? value : '';
}
