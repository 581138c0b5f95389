/** Usage and requests of a target's pods, as the numbers that replicas are reckoned from: all in thousandths. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { isPodDeleted, podCondition } from '../../model/pod-status.ts';
import { parseTime } from '../../model/time.ts';
import type { Measured, Usage, UsageSource } from '../../model/usage.ts';

/** Kubernetes' --horizontal-pod-autoscaler-cpu-initialization-period: CPU spent on starting says nothing of the load. */
const cpuInitializationMs = 300_000;
/** Kubernetes' --horizontal-pod-autoscaler-initial-readiness-delay. */
const initialReadinessMs = 30_000;

export interface PodMetric extends Measured {
  readonly value: number;
}

/** Of a resource, and of one container where `container` is given. */
export interface Resource {
  readonly name: string;
  readonly container?: string;
}

/** By name of pod. A text says why there is no saying. */
export function usageOf(
  pods: readonly Pod[],
  { name, container }: Resource,
  source: UsageSource,
): Map<string, PodMetric> | string {
  const valueOf = amounts[name];
  const metrics = new Map<string, PodMetric>();
  for (const pod of pods) {
    const { name: podName = '', namespace = '', uid = '' } = pod.metadata;
    const usage = source.pod(uid);
    if (usage === undefined || valueOf === undefined || usage.containers.length === 0) continue;
    const containers = usage.containers.filter((one) => container === undefined || one.name === container);
    if (containers.length === 0)
      return `container ${container ?? ''} not present in metrics for pod ${namespace}/${podName}`;
    const value = containers.reduce((sum, one) => sum + valueOf(one), 0);
    metrics.set(podName, { value, atMs: usage.atMs, windowMs: usage.windowMs });
  }
  return metrics.size === 0 ? 'no metrics returned from resource metrics API' : metrics;
}

const amounts: Readonly<Record<string, (usage: Usage) => number>> = {
  cpu: ({ cpuMilli }) => cpuMilli,
  memory: ({ memoryBytes }) => memoryBytes * 1000,
};

export interface Groups {
  readonly readyCount: number;
  /** Whose measure, if any, says nothing yet. */
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  /** On their way out. */
  readonly ignored: readonly string[];
}

/** Sorts pods by what their measures are worth. */
export function groupsOf(
  pods: readonly Pod[],
  metrics: ReadonlyMap<string, PodMetric>,
  resource: string,
  nowMs: number,
): Groups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let readyCount = 0;
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const metric = metrics.get(name);
    if (isPodDeleted(pod) || pod.status?.phase === 'Failed') ignored.push(name);
    else if (pod.status?.phase === 'Pending') unready.push(name);
    else if (metric === undefined) missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, nowMs)) unready.push(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** Whether the pod's CPU is that of its start. */
function isStarting(pod: Pod, metric: PodMetric, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready');
  const startedMs = parseTime(pod.status?.startTime ?? '');
  if (ready === undefined || startedMs === undefined) return true;
  const turnedMs = parseTime(ready.lastTransitionTime ?? '') ?? 0;
  const isUnready = ready.status === 'False';
  if (startedMs + cpuInitializationMs > nowMs) return isUnready || metric.atMs < turnedMs + metric.windowMs;
  // Never ready since the first moments: it is still starting.
  return isUnready && startedMs + initialReadinessMs > turnedMs;
}

/** By name of pod, or the first request that is missing. */
export function requestsOf(
  pods: readonly Pod[],
  { name, container }: Resource,
): Map<string, number> | string {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const whole = spec?.resources?.requests?.[name];
    if (whole !== undefined && container === undefined) {
      requests.set(metadata.name ?? '', milliOf(whole));
      continue;
    }
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    let sum = 0;
    for (const one of [...(spec?.containers ?? []), ...sidecars]) {
      if (container !== undefined && one.name !== container) continue;
      const request = one.resources?.requests?.[name];
      if (request === undefined)
        return `missing request for ${name} in container ${one.name} of Pod ${metadata.name ?? ''}`;
      sum += milliOf(request);
    }
    requests.set(metadata.name ?? '', sum);
  }
  return requests;
}

/** A quantity in thousandths. */
export function milliOf(quantity: string): number {
  return parseQuantity(quantity, 0.001) ?? 0;
}

/** Thousandths as a canonical quantity. */
export function milliQuantity(milli: number): string {
  if (milli % 1000 !== 0) return `${milli}m`;
  let whole = milli / 1000;
  let suffix = 0;
  while (whole !== 0 && whole % 1000 === 0 && suffix < suffixes.length - 1) {
    whole /= 1000;
    suffix++;
  }
  return `${whole}${suffixes[suffix] ?? ''}`;
}

const suffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
