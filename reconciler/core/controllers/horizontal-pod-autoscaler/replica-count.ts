/** How many replicas bring a resource's usage to its target (the algorithm of Kubernetes' documentation). */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { UsageSource } from '../../model/usage.ts';
import { groupsOf, type PodMetric, requestsOf, type Resource, usageOf } from './pod-metrics.ts';

/** Ratios that count as on target: from `1 - down` to `1 + up`. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

export interface Count {
  readonly replicas: number;
  /** Mean usage per pod, in thousandths. */
  readonly averageMilli: number;
  /** Mean usage as a share of the requests; undefined where the target is no share. */
  readonly utilization?: number;
}

/** What there is to reckon with. */
export interface Situation {
  readonly pods: readonly Pod[];
  readonly currentReplicas: number;
  readonly usage: UsageSource;
  readonly tolerances: Tolerances;
  readonly nowMs: number;
}

type Ratio = (
  metrics: ReadonlyMap<string, PodMetric>,
) => Omit<Count, 'replicas'> & { readonly ratio: number };

/** By share of what the pods request; `target` in percent. A text says why there is no count. */
export function byUtilization(resource: Resource, target: number, situation: Situation): Count | string {
  const requests = requestsOf(situation.pods, resource);
  const full = Math.max(100, target);
  const assumed = (name: string): number =>
    typeof requests === 'string' ? 0 : Math.floor(((requests.get(name) ?? 0) * full) / 100);
  const ratio: Ratio = (metrics) => {
    const known = typeof requests === 'string' ? new Map<string, number>() : requests;
    let [used, requested] = [0, 0];
    for (const [name, { value }] of metrics) {
      if (!known.has(name)) continue;
      used += value;
      requested += known.get(name) ?? 0;
    }
    const utilization = requested === 0 ? 0 : Math.floor((used * 100) / requested);
    return { ratio: utilization / target, utilization, averageMilli: Math.floor(used / metrics.size) };
  };
  return counted(resource, situation, ratio, assumed, () =>
    typeof requests === 'string' ? requests : undefined,
  );
}

/** By mean usage per pod; `targetMilli` in thousandths. A text says why there is no count. */
export function byAverage(resource: Resource, targetMilli: number, situation: Situation): Count | string {
  const ratio: Ratio = (metrics) => {
    let used = 0;
    for (const { value } of metrics.values()) used += value;
    const averageMilli = Math.floor(used / metrics.size);
    return { ratio: averageMilli / targetMilli, averageMilli };
  };
  return counted(
    resource,
    situation,
    ratio,
    () => targetMilli,
    () => undefined,
  );
}

/**
 * `assumed` is what a pod without a measure is taken to use where replicas would be taken away. `problem` tells what
 * stands in the way once there are measures.
 */
function counted(
  resource: Resource,
  situation: Situation,
  ratioOf: Ratio,
  assumed: (name: string) => number,
  problem: () => string | undefined,
): Count | string {
  const { pods, currentReplicas, tolerances, nowMs } = situation;
  const found = usageOf(pods, resource, situation.usage);
  if (typeof found === 'string') return `unable to get metrics for resource ${resource.name}: ${found}`;
  if (pods.length === 0) return 'no pods returned by selector while calculating replica count';
  const { readyCount, unready, missing, ignored } = groupsOf(pods, found, resource.name, nowMs);
  for (const name of [...unready, ...ignored]) found.delete(name);
  if (found.size === 0) return 'did not receive metrics for targeted pods (pods might be unready)';
  const wrong = problem();
  if (wrong !== undefined) return wrong;
  const { ratio, ...measured } = ratioOf(found);
  const same = { ...measured, replicas: currentReplicas };
  const wantsMore = ratio > 1;
  if (missing.length === 0 && !(wantsMore && unready.length > 0)) {
    if (isWithin(ratio, tolerances)) return same;
    return { ...measured, replicas: Math.ceil(rounded(ratio * readyCount)) };
  }
  // Who says nothing damps: taken as busy where there would be less, as idle where there would be more.
  const damped = new Map(found);
  const add = (name: string, value: number): void => void damped.set(name, { value, atMs: 0, windowMs: 0 });
  if (ratio < 1) for (const name of missing) add(name, assumed(name));
  if (wantsMore) for (const name of [...missing, ...unready]) add(name, 0);
  const { ratio: newRatio } = ratioOf(damped);
  const turned = (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1);
  if (isWithin(newRatio, tolerances) || turned) return same;
  const replicas = Math.ceil(rounded(newRatio * damped.size));
  const backwards =
    (newRatio < 1 && replicas > currentReplicas) || (newRatio > 1 && replicas < currentReplicas);
  return backwards ? same : { ...measured, replicas };
}

function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return rounded(ratio) >= rounded(1 - down) && rounded(ratio) <= rounded(1 + up);
}

/** Without the last bits of a division: 3 times a third is no reason for a fourth pod. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
