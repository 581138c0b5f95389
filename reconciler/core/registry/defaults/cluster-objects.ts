/**
 * Kubernetes' defaults of namespaces, configuration, nodes, classes and the rest beside workloads; services, storage,
 * access and admission have tables of their own.
 */
import type { LimitRange, LimitRangeItem, Namespace } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PriorityClass } from '../../../../schemas/kubernetes/types/scheduling-v1.ts';
import { foldStringData } from '../secret-data.ts';
import { accessDefaulters } from './cluster-objects-access.ts';
import { admissionDefaulters } from './cluster-objects-admission.ts';
import { deviceDefaulters } from './cluster-objects-devices.ts';
import { flowDefaulters } from './cluster-objects-flow.ts';
import { networkDefaulters } from './cluster-objects-network.ts';
import { serviceDefaulters } from './cluster-objects-services.ts';
import { storageDefaulters } from './cluster-objects-storage.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill } from './unset-fields.ts';

/** The finalizer that every namespace is born with. */
const contentFinalizer = 'kubernetes';
const nameLabel = 'kubernetes.io/metadata.name';

export const clusterObjectDefaulters: Defaulters = {
  ...accessDefaulters,
  ...admissionDefaulters,
  ...deviceDefaulters,
  ...flowDefaulters,
  ...networkDefaulters,
  ...serviceDefaulters,
  ...storageDefaulters,
  'v1/Namespace': (object) => namespaceDefaults(object as Namespace),
  'v1/Secret': (object) => fill(foldStringData(object), { type: 'Opaque' } as Partial<typeof object>),
  'v1/LimitRange': (object) => limitRangeDefaults(object as LimitRange),
  'scheduling.k8s.io/v1/PriorityClass': (object) =>
    fill(object as PriorityClass, { preemptionPolicy: 'PreemptLowerPriority' }),
};

/** A namespace that goes away gets nothing put back. */
function namespaceDefaults(namespace: Namespace): Namespace {
  const { name, labels, deletionTimestamp } = namespace.metadata;
  const named =
    name === undefined || labels?.[nameLabel] === name
      ? namespace
      : { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [nameLabel]: name } } };
  if (deletionTimestamp !== undefined) return named;
  const finalizers = named.spec?.finalizers ?? [];
  if (finalizers.includes(contentFinalizer)) return named;
  return { ...named, spec: { ...named.spec, finalizers: [...finalizers, contentFinalizer] } };
}

function limitRangeDefaults(range: LimitRange): LimitRange {
  const limits = eachOf(range.spec?.limits, limitDefaults);
  if (limits === undefined || limits === range.spec?.limits) return range;
  return { ...range, spec: { ...range.spec, limits } };
}

/** For containers: no default means the most, no default request means the default, or the least. */
function limitDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limit = { ...item.max, ...item.default };
  const request = { ...item.min, ...limit, ...item.defaultRequest };
  return {
    ...item,
    ...(Object.keys(limit).length > 0 ? { default: limit } : {}),
    ...(Object.keys(request).length > 0 ? { defaultRequest: request } : {}),
  };
}
