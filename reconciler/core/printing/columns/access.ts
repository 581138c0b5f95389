/** Columns of configuration, accounts, bindings and certificates. */
import type { CertificateSigningRequest } from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import type { ConfigMap, Secret, ServiceAccount } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterRoleBinding, RoleBinding } from '../../../../schemas/kubernetes/types/rbac-v1.ts';
import { ageColumn, type ColumnTable, columnTable, nameColumn, text, wide } from '../column.ts';
import { humanDuration } from '../duration.ts';
import { none } from '../texts.ts';

type Binding = RoleBinding | ClusterRoleBinding;

const configMaps = columnTable<ConfigMap>([
  nameColumn,
  text('Data', 'Number of entries.', ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData)),
  ageColumn,
]);

const secrets = columnTable<Secret>([
  nameColumn,
  text('Type', 'What the secret is for.', ({ type }) => type ?? ''),
  text('Data', 'Number of entries.', ({ data }) => sizeOf(data)),
  ageColumn,
]);

const serviceAccounts = columnTable<ServiceAccount>([nameColumn, ageColumn]);

const bindings = columnTable<Binding>([
  nameColumn,
  text('Role', 'Role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide('Users', 'Users who have the role.', (binding) => subjects(binding, 'User')),
  wide('Groups', 'Groups that have the role.', (binding) => subjects(binding, 'Group')),
  wide('ServiceAccounts', 'Service accounts that have the role.', (binding) =>
    subjects(binding, 'ServiceAccount'),
  ),
]);

const signingRequests = columnTable<CertificateSigningRequest>([
  nameColumn,
  ageColumn,
  text('SignerName', 'Who is asked to sign.', ({ spec }) => spec.signerName || none),
  text('Requestor', 'User who asks.', ({ spec }) => spec.username ?? ''),
  text('RequestedDuration', 'How long it should be valid.', ({ spec }) =>
    spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
  ),
  text('Condition', 'What was decided.', requestCondition),
]);

export const accessColumns: Readonly<Record<string, ColumnTable>> = {
  '/ConfigMap': configMaps,
  '/Secret': secrets,
  '/ServiceAccount': serviceAccounts,
  'certificates.k8s.io/CertificateSigningRequest': signingRequests,
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindings,
  'rbac.authorization.k8s.io/RoleBinding': bindings,
};

function sizeOf(map: object | undefined): number {
  return Object.keys(map ?? {}).length;
}

function subjects({ subjects: all }: Binding, kind: string): string {
  return (all ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}

function requestCondition({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type) === true;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  const failed = has('Failed') ? ',Failed' : '';
  return `${decision}${failed}${status?.certificate ? ',Issued' : ''}`;
}
