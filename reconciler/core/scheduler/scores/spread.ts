/** Pods of one group apart: over zones first, then over nodes. */
import { groupOf } from '../node-snapshot.ts';
import { invert } from './normalize.ts';
import type { Scoring } from './scoring.ts';

/** A pod more in the zone weighs this many pods more on the node, as kube-scheduler's zone weighting of 2/3. */
const zoneWeight = 2;

export function podSpread({ pod, snapshot, feasible }: Scoring, scores: Float64Array): boolean {
  const group = snapshot.group(groupOf(pod));
  const { zones } = snapshot;
  const perZone = new Map<number, { pods: number; nodes: number }>();
  for (let index = 0; index < zones.length; index++) {
    const zone = zones[index] ?? -1;
    if (zone < 0) continue;
    const count = perZone.get(zone) ?? { pods: 0, nodes: 0 };
    count.pods += group[index] ?? 0;
    count.nodes += 1;
    perZone.set(zone, count);
  }
  for (let at = 0; at < feasible.length; at++) {
    const index = feasible[at] ?? 0;
    const zone = perZone.get(zones[index] ?? -1);
    // Per node of the zone, so that it compares with the pods of one node.
    const zoned = zone === undefined ? 0 : zone.pods / zone.nodes;
    scores[at] = (group[index] ?? 0) + zoneWeight * zoned;
  }
  return invert(scores);
}
