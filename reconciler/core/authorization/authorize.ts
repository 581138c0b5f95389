/**
 * Who may do what: the masters group, nodes on what concerns their pods, and RBAC, in this order; the first that allows
 * counts. Nothing denies: what nobody allows is refused.
 */
import { mastersGroup, type UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import type { Attributes, Decision } from './attributes.ts';
import { authorizeNode } from './node-authorizer.ts';
import { ruleAllows } from './rule-match.ts';
import { aggregateText, grantText, visitGrants } from './role-rules.ts';

export function isMaster(user: UserInfo): boolean {
  return user.groups.includes(mastersGroup);
}

/** Decides one request by the view's roles and bindings. Microseconds: indexes are kept per list of the view. */
export function authorize(attributes: Attributes, view: ClusterView): Decision {
  if (isMaster(attributes.user)) return { allowed: true, reason: '' };
  const node = authorizeNode(attributes, view);
  if (node?.allowed === true) return node;
  const byRoles = authorizeByRoles(attributes, view);
  if (byRoles.allowed || node === undefined) return byRoles;
  const reason = [node.reason, byRoles.reason].filter((one) => one !== '').join('\n');
  return { allowed: false, reason };
}

function authorizeByRoles(attributes: Attributes, view: ClusterView): Decision {
  let reason: string | undefined;
  const errors = visitGrants(attributes.user, attributes.namespace, view, (grant) => {
    if (!grant.rules.some((rule) => ruleAllows(attributes, rule))) return false;
    reason = `RBAC: allowed by ${grantText(grant)}`;
    return true;
  });
  if (reason !== undefined) return { allowed: true, reason };
  return { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregateText(errors)}` };
}
