/** Nodes, namespaces, accounts, roles and quotas. */
import { core, rbac, scheduling } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

const binding = {
  roleRef: 'Role that is given. It cannot be changed.',
  subjects: 'Who gets the role.',
};

export const accessDescriptions: Descriptions = {
  [core('NodeSpec')]: {
    self: 'What a node should be.',
    fields: {
      podCIDR: 'Range that its pods take their addresses from.',
      podCIDRs: 'Ranges that its pods take their addresses from.',
      providerID: 'Identity at whoever provides the machine.',
      taints: 'What keeps pods away from the node.',
      unschedulable: 'Whether new pods stay away.',
    },
  },
  [core('NodeStatus')]: {
    self: 'How a node is doing.',
    fields: {
      addresses: 'Addresses of the node.',
      allocatable: 'Resources that pods may use.',
      capacity: 'Resources that there are.',
      images: 'Images on the node.',
      nodeInfo: 'Versions and identities of the node.',
    },
  },
  [core('NamespaceSpec')]: {
    self: 'What a namespace should be.',
    fields: { finalizers: 'Who must do something before the namespace may go.' },
  },
  [core('ServiceAccount')]: {
    fields: {
      automountServiceAccountToken: 'Whether pods get a token.',
      imagePullSecrets: 'Secrets that images of its pods are pulled with.',
      secrets: 'Secrets that its pods may use.',
    },
  },
  [core('ResourceQuotaSpec')]: {
    self: 'What a namespace may use.',
    fields: {
      hard: 'Most of each resource.',
      scopeSelector: 'Which objects count.',
      scopes: 'Which objects count.',
    },
  },
  [core('LimitRangeSpec')]: {
    self: 'Bounds of pods and containers.',
    fields: { limits: 'The bounds, by type.' },
  },
  [rbac('Role')]: { fields: { rules: 'What is allowed.' } },
  [rbac('ClusterRole')]: {
    fields: { aggregationRule: 'Roles whose rules are taken over.', rules: 'What is allowed.' },
  },
  [rbac('RoleBinding')]: { fields: binding },
  [rbac('ClusterRoleBinding')]: { fields: binding },
  [rbac('PolicyRule')]: {
    self: 'Something that is allowed.',
    fields: {
      apiGroups: 'API groups; * for all.',
      nonResourceURLs: 'Paths that are no resources.',
      resourceNames: 'Names of objects; all unless given.',
      resources: 'Resources; * for all.',
      verbs: 'What may be done; * for all.',
    },
  },
  [scheduling('PriorityClass')]: {
    fields: {
      description: 'When the class should be used.',
      globalDefault: 'Whether pods without a class get this one.',
      preemptionPolicy: 'Whether pods that matter less make room.',
      value: 'How much pods of the class matter.',
    },
  },
};
