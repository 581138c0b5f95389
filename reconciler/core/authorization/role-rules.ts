/** Which rules hold for a user: bindings followed to their roles (Kubernetes' rule resolver). */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../schemas/kubernetes/types/rbac-v1.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { quoted } from './attributes.ts';
import { type Binding, type BoundSubject, visitBindings } from './subject-index.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const noRules: readonly PolicyRule[] = [];
const none: readonly Role[] = [];

/** The rules of one role that a user is bound to. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  readonly binding: Binding;
  readonly subject: Subject;
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Bindings whose role is not there, in Kubernetes' words. */
  readonly errors: readonly string[];
}

/** The rules of the role that a binding refers to; undefined where there is no such role. */
export function rulesOfRole(
  ref: RoleRef,
  namespace: string,
  view: ClusterView,
): readonly PolicyRule[] | undefined {
  if (ref.kind === 'ClusterRole') {
    const role = view.get<ClusterRole>(apiVersion, 'ClusterRole', '', ref.name);
    return role === undefined ? undefined : (role.rules ?? noRules);
  }
  if (ref.kind !== 'Role') return undefined;
  const role = view.get<Role>(apiVersion, 'Role', namespace, ref.name);
  return role === undefined ? undefined : (role.rules ?? noRules);
}

/**
 * Calls `visit` with each grant that holds in `namespace` (empty: cluster-wide ones alone) until it returns true.
 * Gives what could not be resolved on the way.
 */
export function visitGrants(
  user: UserInfo,
  namespace: string,
  view: ClusterView,
  visit: (grant: Grant) => boolean,
): readonly string[] {
  const errors = new Set<string>();
  const rulesOf = (ref: RoleRef, home: string): readonly PolicyRule[] | undefined =>
    rulesOfRole(ref, home, view);
  const visitBound = ({ binding, subject, rules }: BoundSubject): boolean => {
    if (rules !== undefined) return visit({ rules, binding, subject });
    errors.add(missingRole(binding.roleRef));
    return false;
  };
  const clusterRoles = view.list<ClusterRole>(apiVersion, 'ClusterRole');
  const everywhere = view.list<ClusterRoleBinding>(apiVersion, 'ClusterRoleBinding');
  const lists = { bindings: everywhere, clusterRoles, roles: none };
  if (visitBindings(user, lists, rulesOf, visitBound) || namespace === '') return [...errors];
  const bindings = view.list<RoleBinding>(apiVersion, 'RoleBinding', namespace);
  if (bindings.length > 0) {
    const roles = view.list<Role>(apiVersion, 'Role', namespace);
    visitBindings(user, { bindings, clusterRoles, roles }, rulesOf, visitBound);
  }
  return [...errors];
}

/** Every grant that the user has in `namespace`. */
export function grantsOf(user: UserInfo, namespace: string, view: ClusterView): Grants {
  const grants: Grant[] = [];
  const errors = visitGrants(user, namespace, view, (grant) => {
    grants.push(grant);
    return false;
  });
  return { grants, errors };
}

function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${quoted(name)} not found`;
}

/** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`, as Kubernetes describes a grant. */
export function grantText({ binding, subject }: Grant): string {
  const { name = '', namespace } = binding.metadata;
  const bound = namespace === undefined || namespace === '' ? name : `${name}/${namespace}`;
  const whom =
    subject.kind === 'ServiceAccount'
      ? `${subject.name}/${subject.namespace ?? namespace ?? ''}`
      : subject.name;
  const { roleRef } = binding;
  return `${binding.kind} ${quoted(bound)} of ${roleRef.kind} ${quoted(roleRef.name)} to ${subject.kind} ${quoted(whom)}`;
}

/** Several errors as one text: `[a, b]`; one stands alone. */
export function aggregateText(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}
