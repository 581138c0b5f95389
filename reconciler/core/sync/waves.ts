/**
 * In which order objects of one commit are applied: what others need comes first. Pruning goes the other way, after
 * everything else was applied.
 */
import type { ObjectRef } from '../model/object.ts';

interface Wave {
  readonly name: string;
  /** `group/Kind`, just `Kind` in the core group; within a wave in this order. */
  readonly kinds: readonly string[];
}

const table: readonly Wave[] = [
  { name: 'hosts', kinds: ['berth.dev/Host'] },
  { name: 'namespaces', kinds: ['Namespace'] },
  {
    name: 'cluster',
    kinds: [
      'apiextensions.k8s.io/CustomResourceDefinition',
      'scheduling.k8s.io/PriorityClass',
      'storage.k8s.io/StorageClass',
      'storage.k8s.io/CSIDriver',
      'node.k8s.io/RuntimeClass',
      'networking.k8s.io/IngressClass',
      'resource.k8s.io/DeviceClass',
    ],
  },
  {
    name: 'access',
    kinds: [
      'ServiceAccount',
      'rbac.authorization.k8s.io/ClusterRole',
      'rbac.authorization.k8s.io/Role',
      'rbac.authorization.k8s.io/ClusterRoleBinding',
      'rbac.authorization.k8s.io/RoleBinding',
    ],
  },
  {
    name: 'configuration',
    kinds: [
      'LimitRange',
      'ResourceQuota',
      'Secret',
      'ConfigMap',
      'PersistentVolume',
      'PersistentVolumeClaim',
    ],
  },
  { name: 'services', kinds: ['Service', 'Endpoints', 'discovery.k8s.io/EndpointSlice'] },
  {
    name: 'workloads',
    kinds: [
      'apps/Deployment',
      'apps/StatefulSet',
      'apps/DaemonSet',
      'apps/ReplicaSet',
      'batch/Job',
      'batch/CronJob',
      'Pod',
    ],
  },
];

/** Kinds outside the table: disruption budgets, autoscalers, ingresses, network policies, Applications. */
const rest: Wave = { name: 'rest', kinds: [] };

export const waves: readonly Wave[] = [...table, rest];

const places = new Map(
  table.flatMap(({ kinds }, wave) => kinds.map((kind, index) => [kind, { wave, index }] as const)),
);

/** Index into `waves`. */
export function waveOf(ref: ObjectRef): number {
  return placeOf(ref).wave;
}

/** By wave, then by kind in the table's order, then by namespace and name. */
export function compareByWave(a: ObjectRef, b: ObjectRef): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  return (
    left.wave - right.wave ||
    left.index - right.index ||
    compareText(a.kind, b.kind) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name)
  );
}

function placeOf(ref: ObjectRef): { readonly wave: number; readonly index: number } {
  const group = ref.apiVersion.includes('/') ? `${ref.apiVersion.split('/')[0] ?? ''}/` : '';
  return places.get(`${group}${ref.kind}`) ?? { wave: table.length, index: 0 };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
