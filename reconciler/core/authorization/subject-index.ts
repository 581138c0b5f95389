/**
 * What is granted, by whom it is granted to: bindings followed to the rules of their roles. The index of a list of
 * bindings is made once and kept for as long as the view hands out the same lists, so that a decision looks at the
 * asking user's grants alone.
 */
import type {
  ClusterRoleBinding,
  PolicyRule,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../schemas/kubernetes/types/rbac-v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';

export type Binding = ClusterRoleBinding | RoleBinding;

/** A binding as it holds for one of its subjects. Without rules: there is no such role. */
export interface BoundSubject {
  readonly binding: Binding;
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[] | undefined;
}

/** The lists that an index is made from; it holds for as long as these are the view's. */
export interface BindingLists {
  readonly bindings: readonly Binding[];
  readonly clusterRoles: readonly KubeObject[];
  /** Of the bindings' namespace. */
  readonly roles: readonly KubeObject[];
}

interface SubjectIndex {
  readonly lists: BindingLists;
  readonly bySubject: ReadonlyMap<string, readonly BoundSubject[]>;
}

const indexes = new WeakMap<readonly Binding[], SubjectIndex>();
const nobodys: readonly BoundSubject[] = [];

/** Calls `visit` with what is granted to the user itself and to its groups, until it returns true; whether it did. */
export function visitBindings(
  user: UserInfo,
  lists: BindingLists,
  rulesOf: (ref: RoleRef, namespace: string) => readonly PolicyRule[] | undefined,
  visit: (bound: BoundSubject) => boolean,
): boolean {
  if (lists.bindings.length === 0) return false;
  let index = indexes.get(lists.bindings);
  if (
    index === undefined ||
    !sameList(index.lists.clusterRoles, lists.clusterRoles) ||
    !sameList(index.lists.roles, lists.roles)
  ) {
    index = { lists, bySubject: indexOf(lists.bindings, rulesOf) };
    indexes.set(lists.bindings, index);
  }
  for (const bound of index.bySubject.get(userKey(user.name)) ?? nobodys) if (visit(bound)) return true;
  for (const group of user.groups)
    for (const bound of index.bySubject.get(groupKey(group)) ?? nobodys) if (visit(bound)) return true;
  return false;
}

/** A view hands out a new list for a kind that has no objects each time. */
function sameList(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left === right || (left.length === 0 && right.length === 0);
}

function indexOf(
  list: readonly Binding[],
  rulesOf: (ref: RoleRef, namespace: string) => readonly PolicyRule[] | undefined,
): ReadonlyMap<string, readonly BoundSubject[]> {
  const index = new Map<string, BoundSubject[]>();
  for (const binding of list) {
    const namespace = binding.metadata.namespace ?? '';
    const rules = rulesOf(binding.roleRef, namespace);
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, namespace);
      if (key === undefined) continue;
      const bound = index.get(key);
      if (bound === undefined) index.set(key, [{ binding, subject, rules }]);
      else bound.push({ binding, subject, rules });
    }
  }
  return index;
}

function userKey(name: string): string {
  return `user ${name}`;
}

function groupKey(name: string): string {
  return `group ${name}`;
}

function keyOf({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return userKey(name);
  if (kind === 'Group') return groupKey(name);
  if (kind !== 'ServiceAccount') return undefined;
  const home = namespace ?? bindingNamespace;
  // A cluster role binding has no namespace of its own to fall back on.
  return home === '' ? undefined : userKey(`system:serviceaccount:${home}:${name}`);
}
