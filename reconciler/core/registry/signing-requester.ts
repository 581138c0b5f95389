/** Who asks for a certificate: the server writes it down, whatever the request says. */
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import { groupKind } from './halves.ts';

/** A new CertificateSigningRequest with `user` as its requester; any other object as it is. */
export function withRequester(object: KubeObject, user: UserInfo | undefined): KubeObject {
  if (groupKind(object) !== 'certificates.k8s.io/CertificateSigningRequest') return object;
  const request = object as CertificateSigningRequest;
  // What lacks a spec is refused by validation, which comes later.
  const {
    username: _,
    uid: __,
    groups: ___,
    extra: ____,
    ...spec
  } = (request.spec as CertificateSigningRequest['spec'] | undefined) ?? {};
  const requester =
    user === undefined
      ? {}
      : {
          username: user.name,
          groups: user.groups,
          ...(user.uid === undefined ? {} : { uid: user.uid }),
          ...(user.extra === undefined ? {} : { extra: user.extra }),
        };
  return { ...request, spec: { ...spec, ...requester } } as KubeObject;
}
