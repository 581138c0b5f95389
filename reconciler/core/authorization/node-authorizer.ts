/**
 * What a node may do: Kubernetes' node authorizer. A node is a user `system:node:NAME` in the group `system:nodes`; it
 * gets what the pods bound to it need, its own Node, Lease and CSINode, and the fixed rules of `system:node` besides.
 */
import type { ClusterView } from '../model/view.ts';
import type { UserInfo } from '../model/user.ts';
import type { Attributes, Decision } from './attributes.ts';
import { nodeRules } from './component-roles.ts';
import { nodeRelations } from './node-relations.ts';
import { rulesAllow } from './rule-match.ts';

const nodesGroup = 'system:nodes';
const nodePrefix = 'system:node:';
const leaseNamespace = 'kube-node-lease';
const readVerbs = ['get', 'list', 'watch'];

const allowed: Decision = { allowed: true, reason: '' };

function refused(reason: string): Decision {
  return { allowed: false, reason };
}

/** The node that a user is; undefined for anyone else. */
export function nodeNameOf(user: UserInfo): string | undefined {
  if (!user.name.startsWith(nodePrefix) || !user.groups.includes(nodesGroup)) return undefined;
  const name = user.name.slice(nodePrefix.length);
  return name === '' ? undefined : name;
}

/** Undefined where the user is no node: others decide then. */
export function authorizeNode(attributes: Attributes, view: ClusterView): Decision | undefined {
  const node = nodeNameOf(attributes.user);
  if (node === undefined) return undefined;
  if (attributes.path === undefined) {
    const rule = subdivided[`${attributes.group}/${attributes.resource}`];
    if (rule !== undefined) return rule(attributes, node, view);
  }
  return rulesAllow(attributes, nodeRules) ? allowed : refused('');
}

type NodeRule = (attributes: Attributes, node: string, view: ClusterView) => Decision;

/** Resources of which a node may have some and not others. */
const subdivided: Readonly<Record<string, NodeRule>> = {
  '/secrets': read(readVerbs),
  '/configmaps': read(readVerbs),
  '/persistentvolumes': read(['get']),
  '/persistentvolumeclaims': (attributes, node, view) =>
    attributes.subresource === 'status'
      ? claimStatus(attributes, node, view)
      : read(['get'])(attributes, node, view),
  'storage.k8s.io/volumeattachments': read(['get']),
  '/serviceaccounts': serviceAccountToken,
  '/pods': pods,
  '/nodes': nodes,
  'coordination.k8s.io/leases': lease,
  'storage.k8s.io/csinodes': csiNode,
};

function related(attributes: Attributes, node: string, view: ClusterView): Decision {
  const { resource, namespace, name } = attributes;
  if (name === '') return refused('No Object name found');
  return nodeRelations[resource]?.(node, namespace, name, view) === true
    ? allowed
    : refused(`no relationship found between node '${node}' and this object`);
}

function read(verbs: readonly string[]): NodeRule {
  return (attributes, node, view) => {
    if (!verbs.includes(attributes.verb)) return refused('can only read resources of this type');
    if (attributes.subresource !== '') return refused('cannot read subresource');
    return related(attributes, node, view);
  };
}

function claimStatus(attributes: Attributes, node: string, view: ClusterView): Decision {
  if (!['get', 'update', 'patch'].includes(attributes.verb))
    return refused('can only get/update/patch this type');
  return related(attributes, node, view);
}

function serviceAccountToken(attributes: Attributes, node: string, view: ClusterView): Decision {
  if (attributes.verb !== 'create' || attributes.name === '')
    return refused('can only create tokens for individual service accounts');
  if (attributes.subresource !== 'token')
    return refused('can only create token subresource of serviceaccount');
  return related(attributes, node, view);
}

function pods(attributes: Attributes, node: string, view: ClusterView): Decision {
  const { verb, subresource, fieldSelector } = attributes;
  if (subresource === 'status') {
    if (verb !== 'update' && verb !== 'patch') return refused('can only update/patch this type');
    return related(attributes, node, view);
  }
  if (subresource === 'eviction')
    return verb === 'create' ? related(attributes, node, view) : refused('unsupported verb');
  if (subresource !== '') return refused('unsupported pod subresource');
  if (verb === 'create') return allowed;
  if (verb === 'get' || verb === 'delete') return related(attributes, node, view);
  if (verb !== 'list' && verb !== 'watch') return refused('unsupported verb');
  if (fieldSelector?.['spec.nodeName'] === node) return allowed;
  return attributes.name === ''
    ? refused('can only list/watch pods with spec.nodeName field selector')
    : related(attributes, node, view);
}

function nodes(attributes: Attributes, node: string): Decision {
  const { verb, subresource, name } = attributes;
  if (subresource === 'status')
    return ['update', 'patch'].includes(verb) && name === node
      ? allowed
      : refused('can only update or patch the status of the own node');
  if (subresource !== '') return refused('');
  // Who registers names itself in the body; admission compares it.
  if (verb === 'create') return allowed;
  if (![...readVerbs, 'update', 'patch'].includes(verb)) return refused('');
  return name === node ? allowed : refused(`node '${node}' cannot read '${name}', only its own Node object`);
}

function lease(attributes: Attributes, node: string): Decision {
  const { verb, namespace, name } = attributes;
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb))
    return refused('can only get, create, update, patch, or delete a node lease');
  if (namespace !== leaseNamespace)
    return refused(`can only access leases in the "${leaseNamespace}" system namespace`);
  // The name of a new lease stands in the body; admission compares it.
  return verb === 'create' || name === node
    ? allowed
    : refused('can only access node lease with the same name as the requesting node');
}

function csiNode(attributes: Attributes, node: string): Decision {
  const { verb, subresource, name } = attributes;
  if (subresource !== '') return refused('cannot authorize CSINode subresources');
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb))
    return refused('can only get, create, update, patch, or delete a CSINode');
  return verb === 'create' || name === node
    ? allowed
    : refused('can only access CSINode with the same name as the requesting node');
}
