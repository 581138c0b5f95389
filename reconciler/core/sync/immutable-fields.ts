/** Fields that Kubernetes refuses to change once an object exists, by kind, as its validation has them. */
import type { KubeObject } from '../model/object.ts';
import type { FieldDiff } from './field-diff.ts';

interface Immutable {
  /** Paths whose change is refused, with all that is below them. */
  readonly fields: readonly string[];
  /** Paths below them that may change after all; `*` stands for any key of a list. */
  readonly except?: readonly string[];
  /** Whether a field may be given up: the server keeps what it has. */
  readonly mayLeave?: boolean;
}

const workloadSelector: Immutable = { fields: ['spec.selector'] };

const table: Readonly<Record<string, Immutable>> = {
  'apps/v1/Deployment': workloadSelector,
  'apps/v1/ReplicaSet': workloadSelector,
  'apps/v1/DaemonSet': workloadSelector,
  'apps/v1/StatefulSet': {
    fields: ['spec'],
    except: [
      'spec.replicas',
      'spec.ordinals',
      'spec.template',
      'spec.updateStrategy',
      'spec.revisionHistoryLimit',
      'spec.persistentVolumeClaimRetentionPolicy',
      'spec.minReadySeconds',
    ],
  },
  'batch/v1/Job': {
    fields: [
      'spec.selector',
      'spec.template',
      'spec.completionMode',
      'spec.completions',
      'spec.podFailurePolicy',
      'spec.managedBy',
    ],
  },
  'v1/Pod': {
    fields: ['spec'],
    except: [
      'spec.containers[*].image',
      'spec.initContainers[*].image',
      'spec.activeDeadlineSeconds',
      'spec.tolerations',
      'spec.terminationGracePeriodSeconds',
      'spec.schedulingGates',
    ],
  },
  'v1/Service': {
    fields: ['spec.clusterIP', 'spec.clusterIPs', 'spec.healthCheckNodePort', 'spec.loadBalancerClass'],
    mayLeave: true,
  },
  'v1/PersistentVolumeClaim': {
    fields: ['spec'],
    except: ['spec.resources.requests', 'spec.volumeAttributesClassName'],
  },
  'v1/Secret': { fields: ['type'] },
  'storage.k8s.io/v1/StorageClass': {
    fields: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  },
  'scheduling.k8s.io/v1/PriorityClass': { fields: ['value', 'preemptionPolicy'] },
  'rbac.authorization.k8s.io/v1/RoleBinding': { fields: ['roleRef'] },
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': { fields: ['roleRef'] },
  'node.k8s.io/v1/RuntimeClass': { fields: ['handler'] },
  'networking.k8s.io/v1/IngressClass': { fields: ['spec.controller'] },
};

/** A ConfigMap or Secret that says so itself. */
const sealed: Immutable = { fields: ['data', 'binaryData', 'immutable', 'type'] };

/** The fields of `diffs` that the live object does not let change. */
export function immutableFields(live: KubeObject, diffs: readonly FieldDiff[]): readonly string[] {
  if ((live as { readonly spec?: { readonly type?: unknown } }).spec?.type === 'ExternalName') return [];
  const isSealed = (live as { readonly immutable?: unknown }).immutable === true;
  const rule = isSealed ? sealed : table[`${live.apiVersion}/${live.kind}`];
  if (rule === undefined) return [];
  const { fields, except = [], mayLeave = false } = rule;
  return diffs
    .filter(
      ({ before, after }) => !(mayLeave && (before === undefined || after === undefined || after === '')),
    )
    .map(({ path }) => path)
    .filter(
      (path) => fields.some((field) => isBelow(path, field)) && !except.some((field) => isBelow(path, field)),
    );
}

function isBelow(path: string, field: string): boolean {
  const generic = path.replace(/\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]/g, '[*]');
  const prefix = field.includes('[*]') ? generic : path;
  return prefix === field || prefix.startsWith(`${field}.`) || prefix.startsWith(`${field}[`);
}
