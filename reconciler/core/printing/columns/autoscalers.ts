/** Columns of horizontal pod autoscalers, of either version of their API. */
import type { HorizontalPodAutoscaler as OldAutoscaler } from '../../../../schemas/kubernetes/types/autoscaling-v1.ts';
import type {
  HorizontalPodAutoscaler,
  MetricTarget,
  MetricValueStatus,
} from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import { ageColumn, type ColumnTable, columnTable, nameColumn, text } from '../column.ts';
import { cutList, none, unknown, unset } from '../texts.ts';

type Autoscaler = HorizontalPodAutoscaler | OldAutoscaler;

export const autoscalerColumns: Readonly<Record<string, ColumnTable>> = {
  'autoscaling/HorizontalPodAutoscaler': columnTable<Autoscaler>([
    nameColumn,
    text('Reference', 'What is scaled.', ({ spec }) =>
      spec === undefined ? '' : `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    ),
    text('Targets', 'Each metric as it is, and as it should be.', targets),
    text('MinPods', 'Fewest pods.', ({ spec }) => String(spec?.minReplicas ?? unset)),
    text('MaxPods', 'Most pods.', ({ spec }) => spec?.maxReplicas ?? 0),
    text('Replicas', 'Pods that there are.', ({ status }) => status?.currentReplicas ?? 0),
    ageColumn,
  ]),
};

/** As many metrics as are shown before `+ N more...`. */
const metricsMax = 2;

interface Metric {
  readonly type: string;
  readonly target: MetricTarget | undefined;
  readonly current: MetricValueStatus | undefined;
  readonly resource: string;
}

function targets(autoscaler: Autoscaler): string {
  const metrics = metricsOf(autoscaler);
  return metrics.length === 0 ? none : cutList(metrics.map(metricText), metricsMax, ', ');
}

function metricsOf(autoscaler: Autoscaler): readonly Metric[] {
  if (autoscaler.apiVersion === 'autoscaling/v1') return oldMetrics(autoscaler);
  return (autoscaler.spec?.metrics ?? []).map((spec, index) => {
    const status = autoscaler.status?.currentMetrics?.[index];
    const source = spec.resource ?? spec.containerResource ?? spec.pods ?? spec.object ?? spec.external;
    const now =
      status?.resource ?? status?.containerResource ?? status?.pods ?? status?.object ?? status?.external;
    return {
      type: spec.type,
      target: source?.target,
      current: now?.current,
      resource: spec.resource?.name ?? spec.containerResource?.name ?? '',
    };
  });
}

/** The first version knows one metric: the share of the requested CPU. */
function oldMetrics({ spec, status }: OldAutoscaler): readonly Metric[] {
  const wanted = spec?.targetCPUUtilizationPercentage;
  if (wanted === undefined) return [];
  const current = status?.currentCPUUtilizationPercentage;
  return [
    {
      type: 'Resource',
      target: { type: 'Utilization', averageUtilization: wanted },
      current: current === undefined ? undefined : { averageUtilization: current },
      resource: 'cpu',
    },
  ];
}

const averaged = new Set(['External', 'Object']);

function metricText({ type, target, current, resource }: Metric): string {
  switch (type) {
    case 'External':
    case 'Object':
    case 'Pods':
      return target?.averageValue === undefined
        ? `${current?.value ?? unknown}/${target?.value ?? ''}`
        : `${current?.averageValue ?? unknown}/${target.averageValue}${averaged.has(type) ? ' (avg)' : ''}`;
    case 'Resource':
    case 'ContainerResource':
      return target?.averageValue === undefined
        ? `${resource}: ${percent(current?.averageUtilization, unknown)}/${percent(target?.averageUtilization, '<auto>')}`
        : `${resource}: ${current?.averageValue ?? unknown}/${target.averageValue}`;
    default:
      return '<unknown type>';
  }
}

function percent(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : `${value}%`;
}
