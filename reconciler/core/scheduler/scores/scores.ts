/** How good a node is for a pod, each from 0 to 100, weighted and summed. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { matchesNodeTerm } from '../filters/node-terms.ts';
import { controllerUid, type NodeState } from '../node-snapshot.ts';
import { requestsOf } from '../pod-needs.ts';

export interface Score {
  readonly name: string;
  readonly weight: number;
  readonly of: (pod: Pod, node: NodeState, feasible: readonly NodeState[]) => number;
}

export const scoreMax = 100;

const balanced = ['cpu', 'memory'] as const;

/** Spreading weighs most: replicas of one workload are to survive the loss of a host. */
export const scores: readonly Score[] = [
  {
    name: 'PodTopologySpread',
    weight: 2,
    of: (pod, node, feasible) => {
      const controller = controllerUid(pod);
      if (controller === undefined) return scoreMax;
      const counts = feasible.map((one) => one.byController.get(controller) ?? 0);
      const most = Math.max(...counts);
      return most === 0 ? scoreMax : scoreMax * (1 - (node.byController.get(controller) ?? 0) / most);
    },
  },
  {
    name: 'LeastAllocated',
    weight: 1,
    of: (pod, node) =>
      (scoreMax * balanced.reduce((sum, name) => sum + Math.max(0, 1 - usedShare(pod, node, name)), 0)) /
      balanced.length,
  },
  {
    name: 'NodeResourcesBalancedAllocation',
    weight: 1,
    of: (pod, node) =>
      scoreMax *
      (1 - Math.min(1, Math.abs(usedShare(pod, node, 'cpu') - usedShare(pod, node, 'memory')) / 2)),
  },
  {
    name: 'NodeAffinity',
    weight: 2,
    of: (pod, node) => {
      const preferred =
        pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      const total = preferred.reduce((sum, one) => sum + one.weight, 0);
      const met = preferred.reduce(
        (sum, one) => sum + (matchesNodeTerm(one.preference, node) ? one.weight : 0),
        0,
      );
      return total === 0 ? 0 : (scoreMax * met) / total;
    },
  },
  {
    name: 'TaintToleration',
    weight: 3,
    of: (_pod, node) => (node.taints.some((taint) => taint.effect === 'PreferNoSchedule') ? 0 : scoreMax),
  },
  {
    name: 'ImageLocality',
    weight: 1,
    of: (pod, node) => {
      const images = (pod.spec?.containers ?? []).map((container) => container.image ?? '');
      return images.length === 0
        ? 0
        : (scoreMax * images.filter((image) => node.images.has(image)).length) / images.length;
    },
  },
];

/** The share of a resource in use once the pod is there. */
function usedShare(pod: Pod, node: NodeState, name: string): number {
  const allocatable = node.allocatable[name] ?? 0;
  return allocatable === 0 ? 1 : ((node.requested[name] ?? 0) + (requestsOf(pod)[name] ?? 0)) / allocatable;
}
