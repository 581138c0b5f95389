/** The scores by name; a profile gives each its weight. */
import type { ScoreName } from '../profile.ts';
import { imageLocality } from './images.ts';
import { podAffinity } from './pod-affinity.ts';
import { preferredAffinity, preferredTaints } from './preferences.ts';
import { balancedAllocation, resourcesFit } from './resources.ts';
import type { Score } from './score.ts';
import { podSpread } from './spread.ts';

export const scores: readonly { readonly name: ScoreName; readonly score: Score }[] = [
  { name: 'TaintToleration', score: preferredTaints },
  { name: 'NodeAffinity', score: preferredAffinity },
  { name: 'NodeResourcesFit', score: resourcesFit },
  { name: 'PodTopologySpread', score: podSpread },
  { name: 'InterPodAffinity', score: podAffinity },
  { name: 'NodeResourcesBalancedAllocation', score: balancedAllocation },
  { name: 'ImageLocality', score: imageLocality },
];
