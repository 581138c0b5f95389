/** Whether what a service account token stands for is still there: its account, and the object that it is bound to. */
import type { Node, Pod, Secret, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../core/model/object.ts';
import { parseTime } from '../../core/model/time.ts';
import { serviceAccountUser, type UserInfo } from '../../core/model/user.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { BoundClaims, NamedUid, TokenClaims } from './token-claims.ts';

/** Objects on their way out still speak for so long, as in Kubernetes: a pod's last requests. */
const deletionLeewayMs = 60_000;

export type Holder =
  | { readonly ok: true; readonly user: UserInfo }
  | { readonly ok: false; readonly reason: string };

/** Whom a verified token stands for now; `token` is compared with the Secret of a legacy one. */
export function holderOf(claims: TokenClaims, token: string, view: ClusterView, nowMs: number): Holder {
  const [namespace, account] =
    claims.type === 'legacy'
      ? [claims.namespace, claims.account]
      : [claims.claims.namespace, claims.claims.serviceaccount];
  const live = view.get<ServiceAccount>('v1', 'ServiceAccount', namespace, account.name);
  const problem =
    standing(live, account, `service account ${namespace}/${account.name}`, nowMs) ??
    (claims.type === 'legacy'
      ? legacyProblem(claims, token, view, nowMs)
      : boundProblem(claims.claims, view, nowMs));
  if (problem !== undefined) return { ok: false, reason: problem };
  const user = serviceAccountUser(namespace, account.name, account.uid);
  return {
    ok: true,
    user: claims.type === 'legacy' ? user : { ...user, ...extraOf(claims.claims, claims.id) },
  };
}

function standing(
  live: KubeObject | undefined,
  wanted: NamedUid,
  what: string,
  nowMs: number,
): string | undefined {
  if (live === undefined) return `${what} does not exist`;
  if (live.metadata.uid !== wanted.uid) return `${what} has another UID than the token`;
  const deleted = parseTime(live.metadata.deletionTimestamp ?? '');
  return deleted !== undefined && deleted < nowMs - deletionLeewayMs ? `${what} has been deleted` : undefined;
}

function boundProblem(
  { namespace, pod, node, secret }: BoundClaims,
  view: ClusterView,
  nowMs: number,
): string | undefined {
  if (pod !== undefined)
    return standing(
      view.get<Pod>('v1', 'Pod', namespace, pod.name),
      pod,
      `pod ${namespace}/${pod.name}`,
      nowMs,
    );
  if (secret !== undefined) {
    const live = view.get<Secret>('v1', 'Secret', namespace, secret.name);
    return standing(live, secret, `secret ${namespace}/${secret.name}`, nowMs);
  }
  // Of a pod's token the node is told, not checked: the pod is what it is bound to.
  return node === undefined
    ? undefined
    : standing(view.get<Node>('v1', 'Node', '', node.name), node, `node ${node.name}`, nowMs);
}

function legacyProblem(
  { namespace, secretName }: { readonly namespace: string; readonly secretName: string },
  token: string,
  view: ClusterView,
  nowMs: number,
): string | undefined {
  const what = `secret ${namespace}/${secretName}`;
  const secret = view.get<Secret>('v1', 'Secret', namespace, secretName);
  const gone = standing(secret, { name: secretName, uid: secret?.metadata.uid ?? '' }, what, nowMs);
  if (gone !== undefined) return gone;
  // The signature has been checked: this comparison gives nothing away.
  const kept = Buffer.from(secret?.data?.token ?? '', 'base64').toString('latin1');
  return kept === token ? undefined : `${what} holds another token`;
}

function extraOf({ pod, node }: BoundClaims, id: string | undefined): Pick<UserInfo, 'extra'> {
  const prefix = 'authentication.kubernetes.io';
  const extra: Record<string, readonly string[]> = {};
  if (id !== undefined) extra[`${prefix}/credential-id`] = [`JTI=${id}`];
  for (const [kind, bound] of [
    ['pod', pod],
    ['node', node],
  ] as const) {
    if (bound === undefined) continue;
    extra[`${prefix}/${kind}-name`] = [bound.name];
    extra[`${prefix}/${kind}-uid`] = [bound.uid];
  }
  return Object.keys(extra).length === 0 ? {} : { extra };
}
