/** Acting as somebody else: Kubernetes' `Impersonate-*` headers, allowed by the verb `impersonate`. */
import {
  anonymousUser,
  authenticatedGroup,
  serviceAccountUser,
  unauthenticatedGroup,
  type UserInfo,
} from '../../core/model/user.ts';
import type { ClusterView } from '../../core/model/view.ts';
import {
  type Attributes,
  forbiddenProblem,
  resourceAttributes,
} from '../../core/authorization/attributes.ts';
import { authorize } from '../../core/authorization/authorize.ts';
import type { StatusProblem } from '../../core/registry/status-error.ts';
import { headerValues, prefixedHeaders, type RawHeaders } from './request-headers.ts';

const authenticationGroup = 'authentication.k8s.io';
const accountPrefix = 'system:serviceaccount:';

export type Impersonation =
  /** `user` is who the request is for: the one who asked, or whom they act as. */
  { readonly ok: true; readonly user: UserInfo } | { readonly ok: false; readonly problem: StatusProblem };

/** Whom the request of `user` is for. */
export function impersonate(headers: RawHeaders, user: UserInfo, view: ClusterView): Impersonation {
  const name = headerValues(headers, 'impersonate-user')[0] ?? '';
  const groups = headerValues(headers, 'impersonate-group').filter((group) => group !== '');
  const uid = headerValues(headers, 'impersonate-uid')[0] ?? '';
  const extra = extraOf(headers);
  if (extra === undefined) return badRequest('an Impersonate-Extra header has a name that cannot be decoded');
  if (name === '') {
    if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) return { ok: true, user };
    return badRequest('groups, a uid or extras are impersonated without a user');
  }
  const asked = questions(user, { name, groups, uid, extra });
  for (const attributes of asked) {
    const { allowed, reason } = authorize(attributes, view);
    if (!allowed) return { ok: false, problem: forbiddenProblem(attributes, reason) };
  }
  const target = {
    name,
    groups: groupsOf(name, groups),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
  return { ok: true, user: target };
}

function badRequest(message: string): Impersonation {
  return { ok: false, problem: { code: 400, reason: 'BadRequest', message } };
}

/** Extras by their key, which is percent-encoded in the header's name; undefined where it cannot be decoded. */
function extraOf(headers: RawHeaders): Readonly<Record<string, readonly string[]>> | undefined {
  try {
    return Object.fromEntries(
      [...prefixedHeaders(headers, 'impersonate-extra-')].map(([key, values]) => [
        decodeURIComponent(key).toLowerCase(),
        values,
      ]),
    );
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

interface Target {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Everything that `user` has to be allowed, in the order that Kubernetes asks. */
function questions(user: UserInfo, { name, groups, uid, extra }: Target): readonly Attributes[] {
  const ask = (parts: Omit<Parameters<typeof resourceAttributes>[1], 'verb'>): Attributes =>
    resourceAttributes(user, { version: 'v1', ...parts, verb: 'impersonate' });
  const account = accountOf(name);
  return [
    account === undefined
      ? ask({ resource: 'users', name })
      : ask({ resource: 'serviceaccounts', namespace: account.namespace, name: account.name }),
    ...groups.map((group) => ask({ resource: 'groups', name: group })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) =>
        ask({ group: authenticationGroup, resource: 'userextras', subresource: key, name: value }),
      ),
    ),
    ...(uid === '' ? [] : [ask({ group: authenticationGroup, resource: 'uids', name: uid })]),
  ];
}

function accountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!name.startsWith(accountPrefix)) return undefined;
  const [namespace = '', account = '', ...rest] = name.slice(accountPrefix.length).split(':');
  return namespace === '' || account === '' || rest.length > 0 ? undefined : { namespace, name: account };
}

/** The groups asked for, a service account's own where none are, and that of everybody who is authenticated. */
function groupsOf(name: string, asked: readonly string[]): readonly string[] {
  const account = accountOf(name);
  const groups =
    asked.length === 0 && account !== undefined
      ? serviceAccountUser(account.namespace, account.name).groups
      : asked;
  if (groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup)) return groups;
  return [...groups, name === anonymousUser.name ? unauthenticatedGroup : authenticatedGroup];
}
