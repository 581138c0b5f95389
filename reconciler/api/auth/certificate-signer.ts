/** Signs approved CertificateSigningRequests of the signers `kubernetes.io/…` that are Berth's own. */
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { AsyncController } from '../../core/model/controller.ts';
import { emptyPlan } from '../../core/model/plan.ts';
import { formatTime } from '../../core/model/time.ts';
import type { Authority } from './authority.ts';
import { isOwnSigner, signRequest } from './certificate-request.ts';

const apiVersion = 'certificates.k8s.io/v1';

/** Client certificates are signed by the client authority, serving ones of nodes by the server authority. */
export interface SigningAuthorities {
  readonly client: Authority;
  readonly server: Authority;
}

export function certificateSigner(authorities: SigningAuthorities): AsyncController {
  return {
    name: 'certificatesigningrequest-signing-controller',
    keysFor: ({ ref, after }) =>
      ref.kind === 'CertificateSigningRequest' && after !== undefined ? [ref] : [],
    plan: async (key, view, { nowMs }) => {
      const request = view.get<CertificateSigningRequest>(
        apiVersion,
        'CertificateSigningRequest',
        '',
        key.name,
      );
      if (request === undefined || !isDue(request)) return emptyPlan;
      const { signerName } = request.spec;
      const authority =
        signerName === 'kubernetes.io/kubelet-serving' ? authorities.server : authorities.client;
      const signed = await signRequest(request, authority, nowMs);
      const status =
        signed.type === 'signed'
          ? { ...request.status, certificate: Buffer.from(signed.certificate).toString('base64') }
          : {
              ...request.status,
              conditions: [...(request.status?.conditions ?? []), failure(signed.message, nowMs)],
            };
      return { changes: [{ type: 'update', scope: 'status', object: { ...request, status } }], events: [] };
    },
  };
}

function isDue({ spec, status }: CertificateSigningRequest): boolean {
  const has = (type: string): boolean => (status?.conditions ?? []).some((one) => one.type === type);
  const signed = (status?.certificate ?? '') !== '';
  return isOwnSigner(spec.signerName) && has('Approved') && !has('Denied') && !has('Failed') && !signed;
}

function failure(message: string, nowMs: number): CertificateSigningRequestCondition {
  const now = formatTime(nowMs);
  return {
    type: 'Failed',
    status: 'True',
    reason: 'SignerValidationFailure',
    message,
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
}
