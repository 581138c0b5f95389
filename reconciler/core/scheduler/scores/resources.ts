/** Room that is left, and its balance between cpu and memory. */
import { comparedAmount } from '../node-snapshot.ts';
import { scoreMax } from './normalize.ts';
import type { Scoring } from './scoring.ts';

/** The more of cpu and memory stays free, the better. */
export function leastAllocated(scoring: Scoring, scores: Float64Array): boolean {
  const [cpu, memory] = [fractions(scoring, 'cpu'), fractions(scoring, 'memory')];
  for (let at = 0; at < scores.length; at++)
    scores[at] = scoreMax * (1 - ((cpu[at] ?? 1) + (memory[at] ?? 1)) / 2);
  return true;
}

/** The closer the used shares of cpu and memory are, the better. */
export function balancedAllocation(scoring: Scoring, scores: Float64Array): boolean {
  const [cpu, memory] = [fractions(scoring, 'cpu'), fractions(scoring, 'memory')];
  for (let at = 0; at < scores.length; at++)
    scores[at] = scoreMax * (1 - Math.abs((cpu[at] ?? 1) - (memory[at] ?? 1)) / 2);
  return true;
}

/** The share of the resource that is used once the pod is there, by feasible node; 1 where it has none. */
function fractions({ pod, snapshot, feasible }: Scoring, resource: 'cpu' | 'memory'): Float64Array {
  const { allocatable } = snapshot.column(resource);
  const used = snapshot.compared(resource);
  const amount = comparedAmount(pod, resource);
  const shares = new Float64Array(feasible.length);
  for (let at = 0; at < feasible.length; at++) {
    const index = feasible[at] ?? 0;
    const whole = allocatable[index] ?? 0;
    shares[at] = whole <= 0 ? 1 : Math.min(1, ((used[index] ?? 0) + amount) / whole);
  }
  return shares;
}
