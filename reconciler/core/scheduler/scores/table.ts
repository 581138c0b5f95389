/** The scores and their weights, as kube-scheduler's default profile sets them. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { NodeSnapshot } from '../node-snapshot.ts';
import { imageLocality } from './images.ts';
import { preferredAffinity, preferredTaints } from './preferences.ts';
import { balancedAllocation, leastAllocated } from './resources.ts';
import { podSpread } from './spread.ts';

/** What a score may look at: the pod and, by index, the nodes that passed the filters. */
export interface Scoring {
  readonly pod: Pod;
  readonly snapshot: NodeSnapshot;
  /** Indexes of the nodes to score; the scores are in the same order. */
  readonly feasible: readonly number[];
}

export interface Score {
  readonly name: string;
  readonly weight: number;
  /** Writes a number from 0 to 100 for each feasible node into `scores`; false where it has no opinion. */
  readonly score: (scoring: Scoring, scores: Float64Array) => boolean;
}

export const scores: readonly Score[] = [
  { name: 'TaintToleration', weight: 3, score: preferredTaints },
  { name: 'NodeAffinity', weight: 2, score: preferredAffinity },
  { name: 'PodTopologySpread', weight: 2, score: podSpread },
  { name: 'NodeResourcesFit', weight: 1, score: leastAllocated },
  { name: 'NodeResourcesBalancedAllocation', weight: 1, score: balancedAllocation },
  { name: 'ImageLocality', weight: 1, score: imageLocality },
];
