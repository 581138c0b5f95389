/** What an update cannot touch and silently keeps, where Kubernetes' strategies copy it from the stored object. */
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import type { Namespace } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../model/object.ts';

type Preserve = (after: KubeObject, before: KubeObject, subresource: string) => KubeObject;

const preserves: Readonly<Record<string, Preserve>> = {
  'v1/Namespace': (after, before, subresource) =>
    subresource === 'finalize' ? after : withFinalizersOf(after as Namespace, before as Namespace),
  'certificates.k8s.io/v1/CertificateSigningRequest': (after, before, subresource) =>
    signingRequest(after as CertificateSigningRequest, before as CertificateSigningRequest, subresource),
};

/** `after` with what only other writers (a subresource, the server) may change as it was before. */
export function preserved(after: KubeObject, before: KubeObject, subresource: string): KubeObject {
  return preserves[`${after.apiVersion}/${after.kind}`]?.(after, before, subresource) ?? after;
}

/** Only `finalize` takes a namespace's content finalizer away. */
function withFinalizersOf(after: Namespace, before: Namespace): Namespace {
  const finalizers = before.spec?.finalizers;
  if (finalizers === undefined) return after;
  return { ...after, spec: { ...after.spec, finalizers } };
}

const isVerdict = ({ type }: CertificateSigningRequestCondition): boolean =>
  type === 'Approved' || type === 'Denied';

/** A request stays as it was made; verdicts come by `approval`, the certificate and failures by `status`. */
function signingRequest(
  after: CertificateSigningRequest,
  before: CertificateSigningRequest,
  subresource: string,
): CertificateSigningRequest {
  const { spec } = before;
  const known = before.status?.conditions ?? [];
  const told = after.status?.conditions ?? [];
  if (subresource === 'approval')
    return { ...after, spec, status: { ...before.status, ...(told.length > 0 ? { conditions: told } : {}) } };
  if (subresource !== 'status') return { ...after, spec };
  const conditions = [...known.filter(isVerdict), ...told.filter((one) => !isVerdict(one))];
  return { ...after, spec, status: { ...after.status, ...(conditions.length > 0 ? { conditions } : {}) } };
}
