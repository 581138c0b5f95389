/**
 * Bindings by whom they bind. The index of a list is made once and kept for as long as the view hands out that same
 * list, so a decision looks at the asking user's bindings alone.
 */
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import type { UserInfo } from '../model/user.ts';

export type Binding = ClusterRoleBinding | RoleBinding;

export interface BoundSubject {
  readonly binding: Binding;
  readonly subject: Subject;
}

type SubjectIndex = ReadonlyMap<string, readonly BoundSubject[]>;

const indexes = new WeakMap<readonly Binding[], SubjectIndex>();

/** The bindings of `list` that name the user itself or one of its groups. */
export function bindingsOf(user: UserInfo, list: readonly Binding[]): readonly BoundSubject[] {
  if (list.length === 0) return [];
  let index = indexes.get(list);
  if (index === undefined) {
    index = indexOf(list);
    indexes.set(list, index);
  }
  const found = [...(index.get(userKey(user.name)) ?? [])];
  for (const group of user.groups) found.push(...(index.get(groupKey(group)) ?? []));
  return found;
}

function indexOf(list: readonly Binding[]): SubjectIndex {
  const index = new Map<string, BoundSubject[]>();
  for (const binding of list) {
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(subject, binding.metadata.namespace ?? '');
      if (key === undefined) continue;
      const bound = index.get(key);
      if (bound === undefined) index.set(key, [{ binding, subject }]);
      else bound.push({ binding, subject });
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
