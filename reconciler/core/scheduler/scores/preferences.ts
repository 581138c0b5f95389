/** What a pod would rather have, and what a node would rather not. */
import { isTolerated } from '../../model/taints.ts';
import { matchesTerm } from '../node-affinity.ts';
import { invert, scaleUp } from './normalize.ts';
import type { Scoring } from './scoring.ts';

/** Fewer untolerated PreferNoSchedule taints are better. */
export function preferredTaints({ pod, snapshot, feasible }: Scoring, scores: Float64Array): boolean {
  for (const [at, index] of feasible.entries()) {
    const taints = snapshot.nodes[index]?.spec?.taints ?? [];
    const unwelcome = taints.filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, pod.spec?.tolerations),
    );
    scores[at] = unwelcome.length;
  }
  return invert(scores);
}

/** The weights of the preferred terms that the node matches. */
export function preferredAffinity({ pod, snapshot, feasible }: Scoring, scores: Float64Array): boolean {
  const terms = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (terms.length === 0) return false;
  for (const [at, index] of feasible.entries()) {
    const node = snapshot.nodes[index];
    const matching = node === undefined ? [] : terms.filter((term) => matchesTerm(term.preference, node));
    scores[at] = matching.reduce((total, term) => total + term.weight, 0);
  }
  return scaleUp(scores);
}
