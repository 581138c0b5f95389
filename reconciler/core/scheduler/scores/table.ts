/** The scores and their weights, as kube-scheduler's default profile sets them. */
import { imageLocality } from './images.ts';
import { preferredAffinity, preferredTaints } from './preferences.ts';
import { balancedAllocation, leastAllocated } from './resources.ts';
import { podSpread } from './spread.ts';
import type { Score } from './scoring.ts';

export const scores: readonly Score[] = [
  { name: 'TaintToleration', weight: 3, score: preferredTaints },
  { name: 'NodeAffinity', weight: 2, score: preferredAffinity },
  { name: 'PodTopologySpread', weight: 2, score: podSpread },
  { name: 'NodeResourcesFit', weight: 1, score: leastAllocated },
  { name: 'NodeResourcesBalancedAllocation', weight: 1, score: balancedAllocation },
  { name: 'ImageLocality', weight: 1, score: imageLocality },
];
