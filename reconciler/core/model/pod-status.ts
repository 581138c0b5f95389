/** What a Pod's status says, read the way Kubernetes' controllers read it. */
import type { Pod, PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { parseTime } from './time.ts';

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  // Asked ten thousand times for one count: a loop takes half of what a function for each condition does.
  for (const condition of pod.status?.conditions ?? []) if (condition.type === type) return condition;
  return undefined;
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Its containers have ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isPodDeleted(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Counts towards a workload's replicas: neither ended nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isPodDeleted(pod);
}

/**
 * Milliseconds until the pod counts as available, 0 when it does, undefined when it is not ready: ready for
 * `minReadySeconds` without a break.
 */
export function availableInMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds <= 0) return 0;
  const sinceMs = ready.lastTransitionTime === undefined ? undefined : parseTime(ready.lastTransitionTime);
  return sinceMs === undefined ? undefined : Math.max(0, sinceMs + minReadySeconds * 1000 - nowMs);
}
