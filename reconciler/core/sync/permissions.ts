/**
 * Who an Application acts as, and whether they may: a commit changes nothing that its ServiceAccount may not, and gives
 * away no rights that it does not have.
 */
import type { Application } from '../../../schemas/berth/types.ts';
import { resourceAttributes } from '../authorization/attributes.ts';
import { authorize } from '../authorization/authorize.ts';
import { refusalText } from '../authorization/attributes.ts';
import { escalationProblem } from '../authorization/escalation.ts';
import { type KubeObject, kindOf } from '../model/object.ts';
import { authenticatedGroup, mastersGroup, serviceAccountUser, type UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import type { SyncStep } from './plan-object.ts';

/** The ServiceAccount that the spec names; whoever runs the reconciler where it names none. */
export function applicationUser(application: Application): UserInfo {
  const { serviceAccount } = application.spec;
  if (serviceAccount !== undefined) return serviceAccountUser(serviceAccount.namespace, serviceAccount.name);
  const name = `berth:application:${application.metadata.name ?? ''}`;
  return { name, groups: [mastersGroup, authenticatedGroup] };
}

const verbs = { create: 'create', change: 'patch', replace: 'delete', prune: 'delete' } as const;

/** What `user` may not do of these steps, each with the place of its object; empty where they may do all. */
export function forbiddenSteps(
  steps: readonly SyncStep[],
  user: UserInfo,
  view: ClusterView,
): readonly string[] {
  if (user.groups.includes(mastersGroup)) return [];
  return steps.flatMap((step) => {
    const why = refusal(step, user, view);
    if (why === undefined) return [];
    const place = step.source === undefined ? '' : `${step.source.path}:${step.source.line}: `;
    return [`${place}${why}`];
  });
}

function refusal({ action, ref, change }: SyncStep, user: UserInfo, view: ClusterView): string | undefined {
  const info = kindOf(ref, view.kinds);
  const attributes = resourceAttributes(user, {
    verb: verbs[action],
    group: info.group,
    version: info.version,
    resource: info.plural,
    namespace: ref.namespace,
    name: ref.name,
  });
  if (!authorize(attributes, view).allowed) return refusalText(attributes);
  if (change.type === 'delete') return undefined;
  const before = view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  const { object } = change;
  return escalationProblem({ object, ...(before === undefined ? {} : { before }) }, user, view)?.message;
}
