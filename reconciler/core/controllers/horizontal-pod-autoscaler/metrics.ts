/** An autoscaler's metrics: how many replicas each of them proposes, and what it shows. */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import { selectorText } from '../../printing/texts.ts';
import { milliOf, milliQuantity } from './pod-metrics.ts';
import { byAverage, byUtilization, type Count, type Situation } from './replica-count.ts';

/** Why a metric has no answer: the reason of ScalingActive, and the rest of its message. */
export interface MetricFailure {
  readonly reason: string;
  readonly message: string;
}

interface Proposal {
  readonly replicas: number;
  /** What the metric is called in events. */
  readonly name: string;
  readonly status: MetricStatus;
}

export interface Proposals {
  /** The most that any metric asks for; undefined where what failed leaves no saying. */
  readonly best: { readonly replicas: number; readonly name: string } | undefined;
  readonly statuses: readonly MetricStatus[];
  readonly failures: readonly MetricFailure[];
}

type Source = (metric: MetricSpec, situation: Situation, namespace: string) => Proposal | MetricFailure;

const customApi =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
const externalApi =
  'unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered';

/** How each type of metric is answered; no adapter serves the APIs of the last three. */
const sources: Readonly<Record<string, Source>> = {
  Resource: ({ resource }, situation) => {
    if (resource === undefined) return unknownType('Resource');
    const { name, target } = resource;
    const found = resourceCount({ name }, target, situation, `${name} resource`);
    if (!('count' in found)) return { reason: 'FailedGetResourceMetric', message: found.message };
    const status: MetricStatus = { type: 'Resource', resource: { name, current: found.current } };
    return { replicas: found.count.replicas, name: found.name, status };
  },
  ContainerResource: ({ containerResource }, situation) => {
    if (containerResource === undefined) return unknownType('ContainerResource');
    const { name, container, target } = containerResource;
    const found = resourceCount({ name, container }, target, situation, `${name} container resource`);
    if (!('count' in found)) return { reason: 'FailedGetContainerResourceMetric', message: found.message };
    const status: MetricStatus = {
      type: 'ContainerResource',
      containerResource: { name, container, current: found.current },
    };
    return { replicas: found.count.replicas, name: found.name, status };
  },
  Pods: ({ pods }) => ({
    reason: 'FailedGetPodsMetric',
    message: `failed to get pods metric value: unable to get metric ${pods?.metric.name ?? ''}: ${customApi}`,
  }),
  Object: ({ object }, _situation, namespace) => {
    const { kind = '', name = '' } = object?.describedObject ?? {};
    const what = `${object?.metric.name ?? ''}: ${kind} on ${namespace} ${name}`;
    return {
      reason: 'FailedGetObjectMetric',
      message: `failed to get object metric value: unable to get metric ${what}/${customApi}`,
    };
  },
  External: ({ external }, _situation, namespace) => {
    const selector = external?.metric.selector;
    const what = `${namespace}/${external?.metric.name ?? ''}/${selector === undefined ? 'nil' : selectorText(selector)}`;
    return {
      reason: 'FailedGetExternalMetric',
      message: `failed to get ${external?.metric.name ?? ''} external metric: unable to get external metric ${what}: ${externalApi}`,
    };
  },
};

function unknownType(type: string): MetricFailure {
  return { reason: 'InvalidMetricSourceType', message: `unknown metric source type "${type}"` };
}

interface ResourceCount {
  readonly count: Count;
  readonly name: string;
  readonly current: NonNullable<MetricStatus['resource']>['current'];
}

function resourceCount(
  resource: { readonly name: string; readonly container?: string },
  target: MetricTarget,
  situation: Situation,
  what: string,
): ResourceCount | { readonly message: string } {
  const { name } = resource;
  if (target.averageValue !== undefined) {
    const count = byAverage(resource, milliOf(target.averageValue), situation);
    if (typeof count === 'string') return { message: `failed to get ${name} usage: ${count}` };
    return { count, name: what, current: { averageValue: milliQuantity(count.averageMilli) } };
  }
  if (target.averageUtilization === undefined) {
    const message =
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set';
    return { message };
  }
  const count = byUtilization(resource, target.averageUtilization, situation);
  if (typeof count === 'string') return { message: `failed to get ${name} utilization: ${count}` };
  const current = {
    averageUtilization: count.utilization ?? 0,
    averageValue: milliQuantity(count.averageMilli),
  };
  return { count, name: `${what} utilization (percentage of request)`, current };
}

/** Every metric asked; the one that wants the most replicas decides. */
export function proposalsOf({ metadata, spec }: HorizontalPodAutoscaler, situation: Situation): Proposals {
  const metrics = spec.metrics ?? [];
  const statuses: MetricStatus[] = [];
  const failures: MetricFailure[] = [];
  let best: { readonly replicas: number; readonly name: string } | undefined;
  for (const metric of metrics) {
    const source = sources[metric.type];
    const found = source?.(metric, situation, metadata.namespace ?? '') ?? unknownType(metric.type);
    if ('reason' in found) {
      failures.push(found);
      // A gap in the list: what follows keeps its place.
      statuses.push({ type: '' });
      continue;
    }
    statuses.push(found.status);
    if (best === undefined || found.replicas > best.replicas) best = found;
  }
  // What is not known may want more than what is: it must not be taken away from.
  const unsure = failures.length > 0 && (best === undefined || best.replicas < situation.currentReplicas);
  const shown = statuses.some(({ type }) => type !== '') ? statuses : [];
  return { best: unsure ? undefined : best, statuses: shown, failures };
}
