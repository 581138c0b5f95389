/** The default roles and bindings as objects, and what a cluster lacks of them. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  Subject,
} from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { sameJson } from '../model/json.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { authenticatedGroup, mastersGroup, unauthenticatedGroup } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { componentRoles } from './component-roles.ts';
import { controllerRules } from './controller-roles.ts';
import { rule } from './policy-rule.ts';
import { missingRules } from './rule-coverage.ts';
import { type DefaultRole, userRoles } from './user-roles.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';
const systemNamespace = 'kube-system';

/** Any object of RBAC: roles have rules, bindings have subjects. */
type RbacObject = ClusterRole | ClusterRoleBinding | Role | RoleBinding;

const group = (name: string): Subject => ({ kind: 'Group', apiGroup, name });
const user = (name: string): Subject => ({ kind: 'User', apiGroup, name });
const serviceAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace: systemNamespace,
});

/** Whom the default ClusterRoles are bound to; a binding is named after its role. */
const subjects: Readonly<Record<string, readonly Subject[]>> = {
  'cluster-admin': [group(mastersGroup)],
  'system:basic-user': [group(authenticatedGroup)],
  'system:discovery': [group(authenticatedGroup)],
  'system:kube-controller-manager': [user('system:kube-controller-manager')],
  'system:kube-dns': [serviceAccount('kube-dns')],
  'system:kube-scheduler': [user('system:kube-scheduler')],
  'system:monitoring': [group('system:monitoring')],
  // Nodes are authorized one by one; the role is there for whoever binds it.
  'system:node': [],
  'system:node-proxier': [user('system:kube-proxy')],
  'system:public-info-viewer': [group(authenticatedGroup), group(unauthenticatedGroup)],
  'system:service-account-issuer-discovery': [group('system:serviceaccounts')],
  'system:volume-scheduler': [user('system:kube-scheduler')],
};

const authenticationReader = 'extension-apiserver-authentication-reader';

function metadata(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): NonNullable<RbacObject['metadata']> {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [autoUpdate]: 'true' },
  };
}

function clusterRole({ name, rules, aggregates, aggregatedTo }: DefaultRole): ClusterRole {
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: metadata(name, aggregatedTo === undefined ? {} : { [aggregatedTo]: 'true' }),
    ...(aggregates === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: 'true' } }] } }),
    ...(rules === undefined ? {} : { rules }),
  };
}

function clusterRoleBinding(name: string, bound: readonly Subject[]): ClusterRoleBinding {
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    ...(bound.length === 0 ? {} : { subjects: bound }),
  };
}

const controllerPrefix = 'system:controller:';
const controllerNames = Object.keys(controllerRules);

/** Every default role and binding, sorted by kind and name as they are written down. */
export const defaultObjects: readonly RbacObject[] = [
  ...[...userRoles, ...componentRoles].map(clusterRole),
  ...controllerNames.map((name) =>
    clusterRole({ name: `${controllerPrefix}${name}`, rules: controllerRules[name] ?? [] }),
  ),
  ...Object.entries(subjects).map(([name, bound]) => clusterRoleBinding(name, bound)),
  ...controllerNames.map((name) => clusterRoleBinding(`${controllerPrefix}${name}`, [serviceAccount(name)])),
  {
    apiVersion,
    kind: 'Role',
    metadata: { ...metadata(authenticationReader), namespace: systemNamespace },
    rules: [rule('get list watch', 'core', 'configmaps', 'extension-apiserver-authentication')],
  },
  {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { ...metadata(`system::${authenticationReader}`), namespace: systemNamespace },
    roleRef: { apiGroup, kind: 'Role', name: authenticationReader },
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  },
];

/**
 * What brings the default roles and bindings (back) to the view: missing ones are made, missing rules and subjects are
 * added, what people added stays. Objects annotated `autoupdate: "false"` are left alone. `kube-system` has to exist.
 */
export function missingDefaults(view: ClusterView): readonly Change[] {
  return defaultObjects.flatMap((wanted): readonly Change[] => {
    const ref = refOf(wanted);
    const live = view.get<RbacObject>(apiVersion, wanted.kind, ref.namespace, ref.name);
    if (live === undefined) return [{ type: 'create', object: wanted }];
    if (live.metadata.annotations?.[autoUpdate] === 'false') return [];
    if ('roleRef' in wanted && 'roleRef' in live && !sameRole(wanted.roleRef, live.roleRef)) {
      // A binding cannot change its role. What is removed now is made anew by the next look.
      return [{ type: 'delete', ref, uid: live.metadata.uid ?? '' }];
    }
    const object = completed(live, wanted);
    return sameJson(object, live) ? [] : [{ type: 'update', scope: 'spec', object }];
  });
}

function sameRole(left: ClusterRoleBinding['roleRef'], right: ClusterRoleBinding['roleRef']): boolean {
  return left.kind === right.kind && left.name === right.name;
}

function completed(live: RbacObject, wanted: RbacObject): KubeObject {
  const merged = {
    ...live.metadata,
    labels: { ...wanted.metadata.labels, ...live.metadata.labels },
    annotations: { ...wanted.metadata.annotations, ...live.metadata.annotations },
  };
  if ('roleRef' in live) {
    const missing = ('subjects' in wanted ? (wanted.subjects ?? []) : []).filter(
      (subject) => !(live.subjects ?? []).some((one) => sameSubject(one, subject)),
    );
    if (missing.length === 0) return { ...live, metadata: merged };
    return { ...live, metadata: merged, subjects: [...(live.subjects ?? []), ...missing] } as RbacObject;
  }
  const role = wanted as ClusterRole;
  // The rules of an aggregating role are the aggregation controller's.
  if (role.aggregationRule !== undefined) {
    const aggregationRule = (live as ClusterRole).aggregationRule ?? role.aggregationRule;
    return { ...live, metadata: merged, aggregationRule } as ClusterRole;
  }
  const missing = missingRules(live.rules ?? [], role.rules ?? []);
  if (missing.length === 0) return { ...live, metadata: merged };
  return { ...live, metadata: merged, rules: [...(live.rules ?? []), ...missing] } as RbacObject;
}

function sameSubject(left: Subject, right: Subject): boolean {
  return (
    left.kind === right.kind && left.name === right.name && (left.namespace ?? '') === (right.namespace ?? '')
  );
}
