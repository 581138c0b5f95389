/**
 * The rules against privilege escalation: nobody grants by a role or a binding what they do not hold themselves, unless
 * they may `escalate` or `bind`; certificate requests are approved and signed by those who may do so for their signer.
 */
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
} from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { groupOf, kindByGvk } from '../../../schemas/kinds.ts';
import { sameJson } from '../model/json.ts';
import type { KubeObject, ObjectRef } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { forbidden, notFound, type StatusProblem } from '../registry/status-error.ts';
import { quoted, resourceAttributes } from './attributes.ts';
import { authorize, isMaster } from './authorize.ts';
import { aggregateText, grantsOf, rulesOfRole } from './role-rules.ts';
import { missingRules, quotedList, rulesText } from './rule-coverage.ts';
import { signerProblem } from './signers.ts';

/** A write as it would be stored; `before` is what it replaces. */
export interface GuardedChange {
  readonly object: KubeObject;
  readonly before?: KubeObject | undefined;
}

const rbacGroup = 'rbac.authorization.k8s.io';

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

type Guard = (change: GuardedChange, user: UserInfo, view: ClusterView) => StatusProblem | undefined;

const guards: Readonly<Record<string, Guard>> = {
  [`${rbacGroup}/Role`]: guardRole,
  [`${rbacGroup}/ClusterRole`]: guardRole,
  [`${rbacGroup}/RoleBinding`]: guardBinding,
  [`${rbacGroup}/ClusterRoleBinding`]: guardBinding,
  'certificates.k8s.io/CertificateSigningRequest': ({ object, before }, user, view) =>
    signerProblem(
      object as CertificateSigningRequest,
      before as CertificateSigningRequest | undefined,
      user,
      view,
    ),
};

/** Why `user` may not make this change although they may write objects of its kind; undefined where they may. */
export function escalationProblem(
  change: GuardedChange,
  user: UserInfo,
  view: ClusterView,
): StatusProblem | undefined {
  const { object, before } = change;
  const guard = guards[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (guard === undefined || isMaster(user)) return undefined;
  if (before !== undefined && onlyCollectionFieldsDiffer(object, before)) return undefined;
  return guard(change, user, view);
}

/** What the object is called, empty where it has no name: validation, which comes later, refuses that. */
function named({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
}

/** Owners and finalizers alone are changed by garbage collection, which grants nothing. */
function onlyCollectionFieldsDiffer(object: KubeObject, before: KubeObject): boolean {
  const rest = (one: KubeObject): unknown => {
    const { ownerReferences: _, finalizers: __, managedFields: ___, ...metadata } = one.metadata;
    return { ...one, metadata };
  };
  return !sameJson(object, before) && sameJson(rest(object), rest(before));
}

function guardRole(
  { object, before }: GuardedChange,
  user: UserInfo,
  view: ClusterView,
): StatusProblem | undefined {
  const role = object as Role | ClusterRole;
  const ref = named(role);
  const resource = kindByGvk(role.apiVersion, role.kind)?.plural ?? '';
  const { namespace, name } = ref;
  const asked = resourceAttributes(user, { verb: 'escalate', group: rbacGroup, resource, namespace, name });
  if (authorize(asked, view).allowed) return undefined;
  // The aggregation controller fills in the rules of such a role: whoever sets it grants what it may gather.
  if (aggregates(role) || (before !== undefined && aggregates(before))) {
    if (grantProblem(everything, user, '', view) !== undefined)
      return forbidden(ref, 'must have cluster-admin privileges to use the aggregationRule');
  }
  const problem = grantProblem(role.rules ?? [], user, namespace, view);
  return problem === undefined ? undefined : forbidden(ref, problem);
}

function aggregates(role: KubeObject): boolean {
  const rule = (role as ClusterRole).aggregationRule;
  return rule !== undefined && (rule.clusterRoleSelectors ?? []).length > 0;
}

function guardBinding(
  { object }: GuardedChange,
  user: UserInfo,
  view: ClusterView,
): StatusProblem | undefined {
  const binding = object as RoleBinding | ClusterRoleBinding;
  const ref = named(binding);
  const { namespace } = ref;
  // Without a role nothing is granted, and validation refuses it.
  if ((binding.roleRef as RoleBinding['roleRef'] | undefined) === undefined) return undefined;
  const { kind, name } = binding.roleRef;
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const asked = resourceAttributes(user, { verb: 'bind', group: rbacGroup, resource, namespace, name });
  if (authorize(asked, view).allowed) return undefined;
  const rules = rulesOfRole(binding.roleRef, namespace, view);
  if (rules === undefined)
    return notFound({
      apiVersion: binding.apiVersion,
      kind,
      namespace: kind === 'Role' ? namespace : '',
      name,
    });
  const problem = grantProblem(rules, user, namespace, view);
  return problem === undefined ? undefined : forbidden(ref, problem);
}

/** Which of `rules` the user does not hold, in Kubernetes' words; undefined where they hold all. */
function grantProblem(
  rules: readonly PolicyRule[],
  user: UserInfo,
  namespace: string,
  view: ClusterView,
): string | undefined {
  const { grants, errors } = grantsOf(user, namespace, view);
  const missing = missingRules(
    grants.flatMap((grant) => grant.rules),
    rules,
  );
  if (missing.length === 0) return undefined;
  const who = `user ${quoted(user.name)} (groups=${quotedList(user.groups)})`;
  const text = `${who} is attempting to grant RBAC permissions not currently held:\n${rulesText(missing)}`;
  return errors.length === 0 ? text : `${text}; resolution errors: ${aggregateText(errors)}`;
}
