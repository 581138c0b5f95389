/** One pod against all nodes: which node, or why none. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { filters } from './filters/filters.ts';
import type { NodeState } from './node-snapshot.ts';
import { scores } from './scores/scores.ts';

export interface NodeVerdict {
  readonly node: string;
  /** Why the node is refused; empty where it would do. */
  readonly reasons: readonly string[];
}

export type Decision =
  | { readonly type: 'bind'; readonly node: NodeState; readonly score: number }
  | { readonly type: 'none'; readonly verdicts: readonly NodeVerdict[] };

/** The best node; of equals the one that `seed` points at. */
export function schedule(pod: Pod, nodes: readonly NodeState[], seed: number): Decision {
  const verdicts = nodes.map((node) => ({ node: node.name, reasons: refusals(pod, node) }));
  const feasible = nodes.filter((_, index) => verdicts[index]?.reasons.length === 0);
  if (feasible.length === 0) return { type: 'none', verdicts };
  let best: NodeState[] = [];
  let bestScore = -1;
  for (const node of feasible) {
    const score = scores.reduce((sum, one) => sum + one.weight * Math.round(one.of(pod, node, feasible)), 0);
    if (score > bestScore) {
      best = [node];
      bestScore = score;
    } else if (score === bestScore) best.push(node);
  }
  const chosen = best[seed % best.length];
  if (chosen === undefined) throw new Error('a feasible node has a score');
  return { type: 'bind', node: chosen, score: bestScore };
}

/** The reasons of the first filter that refuses, as kube-scheduler reports them. */
function refusals(pod: Pod, node: NodeState): readonly string[] {
  for (const filter of filters) {
    const reasons = filter.refuse(pod, node);
    if (reasons.length > 0) return reasons;
  }
  return [];
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function unschedulableMessage(verdicts: readonly NodeVerdict[]): string {
  if (verdicts.length === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  for (const { reasons } of verdicts)
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${verdicts.length} nodes are available: ${texts.join(', ')}.`;
}
