/** Nobody gets a client certificate of the group that may do everything by way of a certificate request. */
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import { mastersGroup } from '../model/user.ts';
import { type CertificateSubject, certificateSubject } from './certificate-subject.ts';
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';

const clientSigner = 'kubernetes.io/kube-apiserver-client';

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],
  kinds: new Set(['certificates.k8s.io/CertificateSigningRequest']),
  admit: (request) => {
    // What lacks a spec is refused by validation, which comes later.
    const spec = (request.object as CertificateSigningRequest).spec as
      | CertificateSigningRequest['spec']
      | undefined;
    if (spec?.signerName !== clientSigner) return admitted;
    let subject: CertificateSubject;
    try {
      subject = certificateSubject(spec.request);
    } catch (error) {
      return refuse(
        request,
        `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    return subject.organizations.includes(mastersGroup)
      ? refuse(request, `use of ${clientSigner} signer with ${mastersGroup} group is not allowed`)
      : admitted;
  },
};
