/** Short forms of roles, bindings and users, and a view that holds the default ones and these. */
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../../../schemas/kubernetes/types/rbac-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { authenticatedGroup, type UserInfo } from '../../model/user.ts';
import { MutableView } from '../../model/view.ts';
import { clusterRoleAggregationController } from '../../controllers/clusterrole-aggregation.ts';
import { defaultObjects } from '../default-objects.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

export function person(name: string, ...groups: readonly string[]): UserInfo {
  return { name, groups: [...groups, authenticatedGroup] };
}

export function clusterRole(name: string, ...rules: readonly PolicyRule[]): ClusterRole {
  return { apiVersion, kind: 'ClusterRole', metadata: { name }, rules };
}

export function role(namespace: string, name: string, ...rules: readonly PolicyRule[]): Role {
  return { apiVersion, kind: 'Role', metadata: { name, namespace }, rules };
}

/** `User:jane`, `Group:team`, `ServiceAccount:shop/web`. */
function subjectOf(text: string): Subject {
  const [kind = '', name = ''] = text.split(/:(.*)/);
  if (kind !== 'ServiceAccount') return { kind, apiGroup, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind, namespace, name: account };
}

export function clusterBinding(
  name: string,
  roleName: string,
  ...subjects: readonly string[]
): ClusterRoleBinding {
  const roleRef = { apiGroup, kind: 'ClusterRole', name: roleName };
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef,
    subjects: subjects.map(subjectOf),
  };
}

/** `roleText` is `Role/NAME` or `ClusterRole/NAME`. */
export function binding(
  namespace: string,
  name: string,
  roleText: string,
  ...subjects: readonly string[]
): RoleBinding {
  const [kind = '', roleName = ''] = roleText.split('/');
  return {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup, kind, name: roleName },
    subjects: subjects.map(subjectOf),
  };
}

/** Puts objects into a view as the store would have them. */
export function put(view: MutableView, ...objects: readonly KubeObject[]): void {
  for (const object of objects) {
    const uid = object.metadata.uid ?? `uid-${object.kind}-${object.metadata.name ?? ''}`;
    view.apply(refOf(object), { ...object, metadata: { ...object.metadata, uid } }, view.revision + 1);
  }
}

/** The defaults, aggregated, and `objects`. */
export function viewWith(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  put(view, ...defaultObjects, ...objects);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { metadata } of view.list<ClusterRole>(apiVersion, 'ClusterRole')) {
      const key = { apiVersion, kind: 'ClusterRole', namespace: '', name: metadata.name ?? '' };
      const plan = clusterRoleAggregationController.plan(key, view, { nowMs: 0, seed: 0 });
      for (const change of plan.changes) {
        if (change.type !== 'update') throw new Error('aggregation only updates');
        put(view, change.object);
        changed = true;
      }
    }
  }
  return view;
}
