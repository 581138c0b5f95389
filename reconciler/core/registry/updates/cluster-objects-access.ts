/** Kubernetes' rules of updates of bindings and of certificate signing requests. */
import type { CertificateSigningRequest } from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { fieldsOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { KubeObject } from '../../model/object.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRules } from './update-rule.ts';

/** Whom a binding gives its role to may change, the role may not. */
function bindingUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const [next, old] = [fieldsOf(after), fieldsOf(before)];
  if (!semanticallyEqual(next['roleRef'], old['roleRef']))
    new Reporter(problems, []).invalid(['roleRef'], next['roleRef'] ?? null, 'cannot change roleRef');
  return problems;
}

/** A verdict once given stays, and comes only by `approval`; so does a certificate that was issued. */
function requestUpdate(after: KubeObject, before: KubeObject, subresource: string): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, ['status']);
  const [next, old] = [after as CertificateSigningRequest, before as CertificateSigningRequest];
  const verdicts = (request: CertificateSigningRequest): readonly string[] =>
    (request.status?.conditions ?? []).map(({ type }) => type);
  const [told, known] = [verdicts(next), verdicts(old)];
  for (const type of ['Approved', 'Denied', 'Failed'])
    if (known.includes(type) && !told.includes(type))
      report.forbidden(['conditions'], `updates may not remove a condition of type "${type}"`);
  for (const type of ['Approved', 'Denied'])
    if (subresource !== 'approval' && told.includes(type) && !known.includes(type))
      report.forbidden(['conditions'], `updates may not add a condition of type "${type}"`);
  const [certificate, issued] = [next.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (issued !== '' && certificate !== issued)
    report.forbidden(['certificate'], 'updates may not modify already-issued certificates');
  else if (certificate !== issued && subresource !== 'status')
    report.forbidden(['certificate'], 'updates may not set certificate content');
  return problems;
}

export const accessUpdateRules: UpdateRules = {
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': bindingUpdate,
  'rbac.authorization.k8s.io/v1/RoleBinding': bindingUpdate,
  'certificates.k8s.io/v1/CertificateSigningRequest': requestUpdate,
};
