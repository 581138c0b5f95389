/** Kubernetes' defaults of role bindings and of certificate signing requests. */
import type { CertificateSigningRequest } from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import type {
  ClusterRoleBinding,
  RoleBinding,
  Subject,
} from '../../../../schemas/kubernetes/types/rbac-v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { UserInfo } from '../../model/user.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill, replace } from './unset-fields.ts';

const rbacGroup = 'rbac.authorization.k8s.io';

export const accessDefaulters: Defaulters = {
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': bindingDefaults,
  'rbac.authorization.k8s.io/v1/RoleBinding': bindingDefaults,
};

function bindingDefaults(object: KubeObject): KubeObject {
  const binding = object as ClusterRoleBinding | RoleBinding;
  const grouped =
    binding.roleRef === undefined
      ? binding
      : replace(binding, 'roleRef', fill(binding.roleRef, { apiGroup: rbacGroup }));
  return replace(grouped, 'subjects', eachOf(binding.subjects, subjectDefaults));
}

function subjectDefaults(subject: Subject): Subject {
  return subject.kind === 'User' || subject.kind === 'Group'
    ? fill(subject, { apiGroup: rbacGroup })
    : subject;
}

/** A new signing request with its author in it, whoever it says it is from; nothing is approved by its author. */
export function certificateRequestFor(object: KubeObject, user: UserInfo): CertificateSigningRequest {
  const request = object as CertificateSigningRequest;
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = request.spec ?? {};
  const { status: _____, ...rest } = request;
  return {
    ...rest,
    spec: {
      ...spec,
      username: user.name,
      ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(user.extra === undefined || Object.keys(user.extra).length === 0 ? {} : { extra: user.extra }),
    },
  };
}
