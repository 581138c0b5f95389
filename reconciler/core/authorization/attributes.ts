/** One question to authorization, and how its refusal is worded: what RequestInfo and Attributes are in Kubernetes. */
import type { StatusProblem } from '../registry/status-error.ts';
import type { UserInfo } from '../model/user.ts';

export interface Attributes {
  readonly user: UserInfo;
  /** `get`, `list`, `deletecollection`, …; for paths the method in lower case. */
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural name; empty for a path. */
  readonly resource: string;
  readonly subresource: string;
  /** Empty for cluster-scoped kinds and for requests over all namespaces. */
  readonly namespace: string;
  /**
   * Empty where the request names none. A list or watch with the field selector `metadata.name=…` names that one, as in
   * Kubernetes' RequestInfo.
   */
  readonly name: string;
  /** Set for requests that are about no resource: `/healthz`. */
  readonly path?: string;
  /** Exact terms of the field selector of a list or watch: the node authorizer reads `spec.nodeName`. */
  readonly fieldSelector?: Readonly<Record<string, string>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why; may be empty. */
  readonly reason: string;
}

/** A question about a resource from its parts; what is left out is empty. */
export function resourceAttributes(
  user: UserInfo,
  parts: Partial<Omit<Attributes, 'user' | 'verb' | 'path'>> & { readonly verb: string },
): Attributes {
  return { group: '', version: '*', resource: '', subresource: '', namespace: '', name: '', ...parts, user };
}

/** A question about a path. */
export function pathAttributes(user: UserInfo, verb: string, path: string): Attributes {
  return { ...resourceAttributes(user, { verb, version: '' }), path };
}

/** Quoted as Go's %q does for the text that names may hold. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `User "jane" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function refusalText(attributes: Attributes): string {
  const { user, verb, group, resource, subresource, namespace, path } = attributes;
  if (path !== undefined) return `User ${quoted(user.name)} cannot ${verb} path ${quoted(path)}`;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoted(namespace)}`;
  return `User ${quoted(user.name)} cannot ${verb} resource ${quoted(full)} in API group ${quoted(group)} ${where}`;
}

/** The message of the 403: what it is about, who may not do what, and the reason where there is one. */
export function forbiddenMessage(attributes: Attributes, reason = ''): string {
  const { group, resource, name, path } = attributes;
  const text = reason === '' ? refusalText(attributes) : `${refusalText(attributes)}: ${reason}`;
  if (path !== undefined) return `forbidden: ${text}`;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return `${qualified}${name === '' ? '' : ` ${quoted(name)}`} is forbidden: ${text}`;
}

/** The 403 that answers a request which `authorize` did not allow. */
export function forbiddenProblem(attributes: Attributes, reason = ''): StatusProblem {
  const { group, resource, name, path } = attributes;
  const details =
    path !== undefined
      ? {}
      : { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource };
  return { code: 403, reason: 'Forbidden', message: forbiddenMessage(attributes, reason), details };
}
