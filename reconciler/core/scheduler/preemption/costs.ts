/** What it costs to take pods away from a node: Kubernetes' criteria, each of which decides where the former are equal. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { parseTime } from '../../model/time.ts';
import type { PlacedPod } from '../state/placed-pod.ts';

/** Makes sums of priorities count pods of negative priority as well. */
const priorityOffset = 2 ** 31;

/** Of victims with the more important first, `violations` of them against a disruption budget. */
export function costs(victims: readonly PlacedPod[], violations: number): readonly number[] {
  const highest = victims[0]?.of.pods.priority ?? -Infinity;
  let sum = 0;
  let earliestMs = Number.MAX_SAFE_INTEGER;
  for (const victim of victims) {
    const { priority } = victim.of.pods;
    sum += priority + priorityOffset;
    if (priority === highest) earliestMs = Math.min(earliestMs, startedMs(victim));
  }
  // Last, the one whose most important victim has run the shortest.
  return [violations, highest, sum, victims.length, -earliestMs];
}

const starts = new WeakMap<Pod, number>();

/** A pod that has not been started yet started last. */
export function startedMs({ pod }: PlacedPod): number {
  const known = starts.get(pod);
  if (known !== undefined) return known;
  const { startTime } = pod.status ?? {};
  const ms = (startTime === undefined ? undefined : parseTime(startTime)) ?? Number.MAX_SAFE_INTEGER;
  starts.set(pod, ms);
  return ms;
}
