/** Facts of autoscalers. */
import type { HorizontalPodAutoscaler, MetricStatus } from '../../schemas/kubernetes/types/autoscaling-v2.ts';
import type { KubeObject } from '../../reconciler/core/model/object.ts';
import { conditionFacts } from './fact-lines.ts';

export function autoscalerFacts(object: KubeObject): readonly string[] {
  const { status } = object as HorizontalPodAutoscaler;
  if (status === undefined) return [];
  return [
    `status: ${status.currentReplicas ?? 0} pods, ${status.desiredReplicas} wanted`,
    ...(status.currentMetrics ?? []).map(metricFact),
    ...conditionFacts(status.conditions, true),
  ];
}

function metricFact({ type, resource, containerResource }: MetricStatus): string {
  const { name, current } = resource ?? containerResource ?? { name: '-', current: undefined };
  const share = current?.averageUtilization === undefined ? '' : `${current.averageUtilization}%, `;
  return `${type} ${name}: ${share}${current?.averageValue ?? '-'}`;
}
