/** Who may approve and sign certificate requests: by the name of their signer, or by all names of its domain. */
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import { sameJson } from '../model/json.ts';
import { refOf } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { forbidden, type StatusProblem } from '../registry/status-error.ts';
import { quoted, resourceAttributes } from './attributes.ts';
import { authorize } from './authorize.ts';

const decisions = ['Approved', 'Denied'];

/** Why the change of a certificate request is refused to `user`; undefined where it is not. */
export function signerProblem(
  request: CertificateSigningRequest,
  before: CertificateSigningRequest | undefined,
  user: UserInfo,
  view: ClusterView,
): StatusProblem | undefined {
  const signerName = (request.spec as CertificateSigningRequest['spec'] | undefined)?.signerName ?? '';
  const refuse = (what: string): StatusProblem =>
    forbidden(refOf(request), `user not permitted to ${what} requests with signerName ${quoted(signerName)}`);
  if (before === undefined) return undefined;
  if (!sameJson(decided(request), decided(before)) && !mayFor('approve', signerName, user, view))
    return refuse('approve');
  const signed =
    request.status?.certificate !== before.status?.certificate || !sameJson(failed(request), failed(before));
  return signed && !mayFor('sign', signerName, user, view) ? refuse('sign') : undefined;
}

function decided(request: CertificateSigningRequest): unknown {
  return (request.status?.conditions ?? []).filter(({ type }) => decisions.includes(type));
}

function failed(request: CertificateSigningRequest): unknown {
  return (request.status?.conditions ?? []).filter(({ type }) => type === 'Failed');
}

/** Whether `user` may `approve` or `sign` (or `attest`) for a signer, by its own name or by `DOMAIN/*`. */
function mayFor(verb: string, signerName: string, user: UserInfo, view: ClusterView): boolean {
  const domain = signerName.split('/')[0] ?? '';
  return [signerName, `${domain}/*`].some(
    (name) =>
      authorize(
        resourceAttributes(user, { verb, group: 'certificates.k8s.io', resource: 'signers', name }),
        view,
      ).allowed,
  );
}
