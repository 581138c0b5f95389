/** Configuration, storage, access, disruption and scaling. */
import { core, rbac, scheduling, storage } from './definition-names.ts';
import { fieldsOf, isEmpty, itemsOf, textOf } from './loose.ts';
import type { Check, Constraints, Rule } from './rule.ts';

const accessModes: Rule = {
  items: { oneOf: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] },
};
const volumeModes = ['Block', 'Filesystem'];
const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
const rbacGroup = 'rbac.authorization.k8s.io';
/** Kubernetes' bound on a ConfigMap's or Secret's content. */
const contentBytesMax = 1024 * 1024;

/** Keys that a secret's type demands. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

const configMapKeys: Check = (configMap, report) => {
  const data = fieldsOf(configMap['data']);
  const binary = fieldsOf(configMap['binaryData']);
  for (const key of Object.keys(binary)) {
    if (Object.hasOwn(data, key))
      report.invalid(['data', { key }], key, `duplicate of key present in binaryData`);
  }
  reportSize([data, binary], [], report);
};

const secretContent: Check = (secret, report) => {
  const [data, text] = [fieldsOf(secret['data']), fieldsOf(secret['stringData'])];
  for (const key of secretKeys[textOf(secret['type']) ?? ''] ?? []) {
    if (!Object.hasOwn(data, key) && !Object.hasOwn(text, key)) report.required(['data', { key }]);
  }
  reportSize([data, text], ['data'], report);
};

function reportSize(
  maps: readonly Readonly<Record<string, unknown>>[],
  path: readonly string[],
  report: Parameters<Check>[1],
): void {
  const values = maps.flatMap((map) => Object.values(map));
  const bytes = values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
  if (bytes > contentBytesMax) report.tooLong(path, contentBytesMax);
}

const claimStorage: Check = (spec, report) => {
  const requests = fieldsOf(fieldsOf(spec['resources'])['requests']);
  if (isEmpty(requests['storage'])) report.required(['resources', 'requests', { key: 'storage' }]);
  if (isEmpty(spec['accessModes'])) report.required(['accessModes'], 'at least 1 access mode is required');
};

const volumeCapacity: Check = (spec, report) => {
  if (isEmpty(spec['accessModes'])) report.required(['accessModes']);
  if (isEmpty(fieldsOf(spec['capacity'])['storage'])) report.required(['capacity', { key: 'storage' }]);
};

const subjects: Check = (binding, report) => {
  for (const [index, subject] of itemsOf(binding['subjects'])) {
    if (subject['kind'] === 'ServiceAccount' && isEmpty(subject['namespace'])) {
      report.required(['subjects', index, 'namespace']);
    }
  }
};

const roleRules: Check = (rule, report) => {
  const urls = !isEmpty(rule['nonResourceURLs']);
  if (urls) return;
  if (isEmpty(rule['apiGroups']))
    report.required(['apiGroups'], 'resource rules must supply at least one api group');
  if (isEmpty(rule['resources']))
    report.required(['resources'], 'resource rules must supply at least one resource');
};

export const configConstraints: Constraints = {
  [core('ConfigMap')]: {
    fields: { data: { keys: 'configKey' }, binaryData: { keys: 'configKey' } },
    checks: [configMapKeys],
  },
  [core('Secret')]: {
    fields: { data: { keys: 'configKey' }, stringData: { keys: 'configKey' } },
    checks: [secretContent],
  },
  [core('PersistentVolumeClaimSpec')]: {
    fields: { accessModes, volumeMode: { oneOf: volumeModes } },
    checks: [claimStorage],
  },
  [core('VolumeResourceRequirements')]: {
    fields: {
      limits: { values: { format: 'nonNegativeQuantity' } },
      requests: { values: { format: 'nonNegativeQuantity' } },
    },
  },
  [core('PersistentVolumeSpec')]: {
    fields: {
      accessModes,
      volumeMode: { oneOf: volumeModes },
      persistentVolumeReclaimPolicy: { oneOf: reclaimPolicies },
      capacity: { values: { format: 'nonNegativeQuantity' } },
    },
    checks: [volumeCapacity],
  },
  [core('ResourceQuotaSpec')]: {
    fields: { hard: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } } },
  },
  [core('LimitRangeItem')]: { fields: { type: { required: true } } },
  [core('NodeSpec')]: { fields: { podCIDR: { format: 'cidr' }, podCIDRs: { items: { format: 'cidr' } } } },
  [storage('StorageClass')]: {
    fields: {
      provisioner: { required: true },
      reclaimPolicy: { oneOf: ['Delete', 'Retain'] },
      volumeBindingMode: { oneOf: ['Immediate', 'WaitForFirstConsumer'] },
    },
  },
  [scheduling('PriorityClass')]: {
    fields: { preemptionPolicy: { oneOf: ['Never', 'PreemptLowerPriority'] }, value: { max: 2000001000 } },
  },
  [rbac('PolicyRule')]: {
    fields: { verbs: { required: 'verbs must contain at least one value' } },
    checks: [roleRules],
  },
  [rbac('RoleBinding')]: { checks: [subjects] },
  [rbac('ClusterRoleBinding')]: { checks: [subjects] },
  [rbac('RoleRef')]: {
    fields: {
      apiGroup: { oneOf: [rbacGroup] },
      kind: { required: true, oneOf: ['ClusterRole', 'Role'] },
      name: { required: true, format: 'pathSegment' },
    },
  },
  [rbac('Subject')]: {
    fields: {
      kind: { required: true, oneOf: ['Group', 'ServiceAccount', 'User'] },
      name: { required: true },
    },
  },
};
