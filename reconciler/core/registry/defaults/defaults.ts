/**
 * Kubernetes' defaults for the fields that a manifest leaves out, as its API reference documents them: one table of
 * kinds, put together from the tables of each area.
 */
import { definitionDefaulters } from '../../custom/definition-defaults.ts';
import type { KubeObject } from '../../model/object.ts';
import { clusterObjectDefaulters } from './cluster-objects.ts';
import type { Defaulters } from './defaulter.ts';
import { withCanonicalAmounts } from './resource-lists.ts';
import { workloadDefaulters } from './workloads.ts';

const defaulters: Defaulters = { ...workloadDefaulters, ...clusterObjectDefaulters, ...definitionDefaulters };

/** Kinds whose spec is never absent in Kubernetes: without one they are judged as with an empty one. */
const specified: ReadonlySet<string> = new Set([
  'v1/PersistentVolume',
  'v1/PersistentVolumeClaim',
  'v1/Pod',
  'v1/ReplicationController',
  'v1/Service',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'networking.k8s.io/v1/Ingress',
]);

/** The object with every default filled in. */
export function applyDefaults(object: KubeObject): KubeObject {
  const kind = `${object.apiVersion}/${object.kind}`;
  const { spec } = object as { readonly spec?: unknown };
  const whole = specified.has(kind) && spec === undefined ? { ...object, spec: {} } : object;
  return withCanonicalAmounts(defaulters[kind]?.(whole) ?? whole);
}
