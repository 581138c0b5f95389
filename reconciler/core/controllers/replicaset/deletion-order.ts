/**
 * Which pod goes first when there are too many: the order of Kubernetes' ActivePodsWithRanks. What does the
 * least harm comes first: not bound, not running, not ready, cheap, crowded, young.
 */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodReady, podCondition } from '../../model/pod-status.ts';
import { parseTime } from '../../model/time.ts';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

/** Sort keys of one pod, most important first; the smaller one is deleted first. */
function rank(pod: Pod, podsOnNode: number, nowMs: number): readonly number[] {
  const readySince = podCondition(pod, 'Ready')?.lastTransitionTime;
  const ready = isPodReady(pod);
  return [
    (pod.spec?.nodeName ?? '') === '' ? 0 : 1,
    phaseRank(pod),
    ready ? 1 : 0,
    Number.parseInt(pod.metadata.annotations?.[deletionCost] ?? '0', 10) || 0,
    -podsOnNode,
    ready ? ageRank(readySince, nowMs) : 0,
    -restarts(pod),
    ageRank(pod.metadata.creationTimestamp, nowMs),
  ];
}

function phaseRank(pod: Pod): number {
  switch (pod.status?.phase) {
    case 'Running':
      return 2;
    case 'Unknown':
      return 1;
    default:
      return 0;
  }
}

/** Ages on a logarithmic scale, so that pods of about the same age are chosen from by name alone. */
function ageRank(since: string | undefined, nowMs: number): number {
  const sinceMs = since === undefined ? undefined : parseTime(since);
  if (sinceMs === undefined) return -1;
  return Math.floor(Math.log2(Math.max(1, nowMs - sinceMs)));
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}

/** All pods, the first to delete first. `podsPerNode` counts the pods of this set and its siblings. */
export function deletionOrder(
  pods: readonly Pod[],
  podsPerNode: ReadonlyMap<string, number>,
  nowMs: number,
): readonly Pod[] {
  const ranked = pods.map((pod) => ({
    pod,
    keys: rank(pod, podsPerNode.get(pod.spec?.nodeName ?? '') ?? 0, nowMs),
  }));
  ranked.sort((left, right) => {
    for (const [index, key] of left.keys.entries()) {
      const difference = key - (right.keys[index] ?? 0);
      if (difference !== 0) return difference;
    }
    return (left.pod.metadata.uid ?? '') < (right.pod.metadata.uid ?? '') ? -1 : 1;
  });
  return ranked.map(({ pod }) => pod);
}
