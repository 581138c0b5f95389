/** Columns of nodes, namespaces, events, quotas and what steers scheduling. */
import type { Lease } from '../../../../schemas/kubernetes/types/coordination-v1.ts';
import type {
  ComponentStatus,
  Namespace,
  Node,
  ResourceQuota,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { RuntimeClass } from '../../../../schemas/kubernetes/types/node-v1.ts';
import type { PriorityClass } from '../../../../schemas/kubernetes/types/scheduling-v1.ts';
import { ageColumn, type ColumnTable, columnTable, count, flag, nameColumn, text, wide } from '../column.ts';
import { none, unknown } from '../texts.ts';

const roleLabel = 'kubernetes.io/role';
const roleLabelPrefix = 'node-role.kubernetes.io/';

const nodes = columnTable<Node>([
  nameColumn,
  text('Status', 'Whether the node is ready, and takes pods.', nodeStatus),
  text('Roles', 'Roles that its labels give it.', nodeRoles),
  ageColumn,
  text('Version', 'Version that its agent reports.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', 'Address inside the cluster.', (node) => nodeAddress(node, 'InternalIP')),
  wide('External-IP', 'Address outside the cluster.', (node) => nodeAddress(node, 'ExternalIP')),
  wide('OS-Image', 'Operating system.', ({ status }) => status?.nodeInfo?.osImage || unknown),
  wide('Kernel-Version', 'Kernel.', ({ status }) => status?.nodeInfo?.kernelVersion || unknown),
  wide(
    'Container-Runtime',
    'What runs its containers.',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || unknown,
  ),
]);

const namespaces = columnTable<Namespace>([
  nameColumn,
  text('Status', 'Active, or on its way out.', ({ status }) => status?.phase ?? ''),
  ageColumn,
]);

const componentStatuses = columnTable<ComponentStatus>([
  nameColumn,
  text('Status', 'Whether the component is healthy.', (component) => {
    const condition = healthy(component);
    return condition === undefined ? 'Unknown' : condition.status === 'True' ? 'Healthy' : 'Unhealthy';
  }),
  text('Message', 'What the component says.', (component) => healthy(component)?.message ?? ''),
  text('Error', 'What is wrong with the component.', (component) => healthy(component)?.error ?? ''),
]);

const quotas = columnTable<ResourceQuota>([
  nameColumn,
  text('Request', 'Counts and requests: used, and allowed.', (quota) => quotaText(quota, false)),
  text('Limit', 'Limits: used, and allowed.', (quota) => quotaText(quota, true)),
  ageColumn,
]);

const leases = columnTable<Lease>([
  nameColumn,
  text('Holder', 'Who holds the lease.', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn,
]);

const priorityClasses = columnTable<PriorityClass>([
  nameColumn,
  count('Value', 'The priority; higher goes first.', ({ value }) => value),
  flag('Global-Default', 'Whether pods without a class get this one.', ({ globalDefault }) => globalDefault),
  ageColumn,
  text(
    'PreemptionPolicy',
    'Whether others are evicted for it.',
    ({ preemptionPolicy }) => preemptionPolicy ?? '',
  ),
]);

const runtimeClasses = columnTable<RuntimeClass>([
  nameColumn,
  text('Handler', 'Configuration of the runtime that it stands for.', ({ handler }) => handler),
  ageColumn,
]);

export const clusterColumns: Readonly<Record<string, ColumnTable>> = {
  '/ComponentStatus': componentStatuses,
  '/Namespace': namespaces,
  '/Node': nodes,
  '/ResourceQuota': quotas,
  'coordination.k8s.io/Lease': leases,
  'node.k8s.io/RuntimeClass': runtimeClasses,
  'scheduling.k8s.io/PriorityClass': priorityClasses,
};

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(roleLabelPrefix)) roles.add(key.slice(roleLabelPrefix.length));
    else if (key === roleLabel) roles.add(value);
  }
  roles.delete('');
  return [...roles].sort().join(',') || none;
}

function nodeAddress({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? none;
}

function healthy({
  conditions,
}: ComponentStatus): NonNullable<ComponentStatus['conditions']>[number] | undefined {
  return conditions?.find(({ type }) => type === 'Healthy');
}

function quotaText({ status }: ResourceQuota, limits: boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([resource]) => resource.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${status?.used?.[resource] ?? '0'}/${hard}`)
    .join(', ');
}
