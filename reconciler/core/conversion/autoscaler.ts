/**
 * HorizontalPodAutoscalers of autoscaling/v1 and v2. Version 1 has one field for the one metric that it knows, CPU
 * utilization; all else of version 2 lies in annotations there, in the older form of metrics.
 */
import type { HorizontalPodAutoscaler as OldAutoscaler } from '../../../schemas/kubernetes/types/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler } from '../../../schemas/kubernetes/types/autoscaling-v2.ts';
import { type Fields, fieldsOf, isFields, listOf } from '../../../schemas/validation/loose.ts';
import type { KubeObject } from '../model/object.ts';
import { metricFromOld, metricToOld, statusFromOld, statusToOld } from './autoscaler-metrics.ts';

const prefix = 'autoscaling.alpha.kubernetes.io/';
const annotationNames = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
} as const;

/** An autoscaler of autoscaling/v1 as one of v2; annotations that hold no such JSON say nothing. */
export function autoscalerToHub(object: KubeObject): KubeObject {
  const { spec, status, metadata, ...rest } = object as OldAutoscaler;
  const annotations = metadata.annotations ?? {};
  const read = (name: keyof typeof annotationNames): unknown => parsed(annotations[annotationNames[name]]);
  const { targetCPUUtilizationPercentage: percentage, ...common } = spec ?? {};
  const metrics = [
    ...listOf(read('metrics')).filter(isFields).map(metricFromOld),
    ...(percentage === undefined || percentage === null ? [] : [cpuMetric(percentage)]),
  ];
  const behavior = read('behavior');
  return {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, Object.fromEntries(foreign(annotations))),
    spec: {
      ...common,
      ...(metrics.length > 0 ? { metrics } : {}),
      ...(isFields(behavior) ? { behavior } : {}),
    },
    ...(status === undefined
      ? {}
      : { status: newStatus(fieldsOf(status), read('currentMetrics'), read('conditions')) }),
  } as unknown as HorizontalPodAutoscaler;
}

/** An autoscaler of autoscaling/v2 as one of v1. */
export function autoscalerFromHub(object: KubeObject): KubeObject {
  const { spec, status, metadata, ...rest } = object as HorizontalPodAutoscaler;
  const { metrics, behavior, ...common } = fieldsOf(spec);
  const all = listOf(metrics).filter(isFields);
  const percentage = all.map(cpuUtilization).findLast((one) => one !== undefined);
  const { currentMetrics, conditions, ...commonStatus } = fieldsOf(status);
  const current = listOf(currentMetrics).filter(isFields);
  const used = current.map(cpuCurrent).findLast((one) => one !== undefined);
  const others = all.filter((metric) => cpuUtilization(metric) === undefined);
  const notes = {
    ...(others.length > 0 ? { [annotationNames.metrics]: written(others.map(metricToOld)) } : {}),
    ...(current.length > 0 ? { [annotationNames.currentMetrics]: written(current.map(statusToOld)) } : {}),
    ...(listOf(conditions).length > 0 ? { [annotationNames.conditions]: written(conditions) } : {}),
    ...(isFields(behavior) ? { [annotationNames.behavior]: written(behavior) } : {}),
  };
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, { ...metadata.annotations, ...notes }),
    spec: { ...common, ...(percentage === undefined ? {} : { targetCPUUtilizationPercentage: percentage }) },
    ...(status === undefined
      ? {}
      : {
          status: {
            currentReplicas: 0,
            ...commonStatus,
            ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }),
          },
        }),
  } as unknown as OldAutoscaler;
}

function newStatus(status: Fields, currentMetrics: unknown, conditions: unknown): Fields {
  const { currentCPUUtilizationPercentage: used, ...common } = status;
  const noted = listOf(currentMetrics).filter(isFields).map(statusFromOld);
  const plain =
    used === undefined || used === null
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: used } } }];
  const metrics = noted.length > 0 ? noted : plain;
  return {
    ...common,
    ...(metrics.length > 0 ? { currentMetrics: metrics } : {}),
    ...(listOf(conditions).length > 0 ? { conditions } : {}),
  };
}

function cpuMetric(averageUtilization: number): Fields {
  const target = { type: 'Utilization', averageUtilization };
  return { type: 'Resource', resource: { name: 'cpu', target } };
}

function cpuUtilization(metric: Fields): number | undefined {
  const resource = fieldsOf(metric['resource']);
  const utilization = fieldsOf(resource['target'])['averageUtilization'];
  const isCpu = metric['type'] === 'Resource' && resource['name'] === 'cpu';
  return isCpu && typeof utilization === 'number' ? utilization : undefined;
}

function cpuCurrent(status: Fields): number | undefined {
  const resource = fieldsOf(status['resource']);
  const utilization = fieldsOf(resource['current'])['averageUtilization'];
  const isCpu = status['type'] === 'Resource' && resource['name'] === 'cpu';
  return isCpu && typeof utilization === 'number' ? utilization : undefined;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Somebody's own text under the name; Kubernetes drops it too.
    return undefined;
  }
}

function written(value: unknown): string {
  return JSON.stringify(value);
}

/** Annotations that are not this conversion's own. */
function foreign(annotations: Readonly<Record<string, string>>): [string, string][] {
  const own = new Set<string>(Object.values(annotationNames));
  return Object.entries(annotations).filter(([name]) => !own.has(name));
}

/** The metadata with these annotations, without any where there are none. */
function withAnnotations(
  metadata: KubeObject['metadata'],
  annotations: Readonly<Record<string, string>>,
): KubeObject['metadata'] {
  if (Object.keys(annotations).length > 0) return { ...metadata, annotations };
  const { annotations: _, ...rest } = metadata;
  return rest;
}
