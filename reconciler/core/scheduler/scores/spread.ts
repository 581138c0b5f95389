/** Constraints with ScheduleAnyway: fewer pods in the node's domains are better, the fewer domains the less it weighs. */
import type { SoftSpread } from '../inquiry.ts';
import { scoreMax } from './normalize.ts';
import type { Score, Slots } from './score.ts';

const hostnameKey = 'kubernetes.io/hostname';

export const podSpread: Score = ({ soft, demandsAllKeys }, slots, points) => {
  if (soft.length === 0) return false;
  const isIgnored = (slot: number): boolean =>
    demandsAllKeys && soft.some(({ tally }) => (tally.topology.domainOf[slot] ?? -1) < 0);
  const counted = slots.map((slot) => !isIgnored(slot));
  const weights = soft.map((one) => Math.log(domainsOf(one, slots, counted) + 2));
  for (let at = 0; at < slots.length; at++) {
    let sum = 0;
    for (let index = 0; index < soft.length; index++) {
      const { tally, maxSkew } = soft[index] as SoftSpread;
      const domain = tally.topology.domainOf[slots[at] ?? 0] ?? -1;
      if (domain >= 0) sum += (tally.counts[domain] ?? 0) * (weights[index] ?? 0) + (maxSkew - 1);
    }
    points[at] = Math.round(sum);
  }
  return normalize(points, counted);
};

/** Domains among the nodes that are scored. */
function domainsOf({ tally }: SoftSpread, slots: Slots, counted: readonly boolean[]): number {
  const { key, domainOf } = tally.topology;
  if (key === hostnameKey) return counted.reduce((count, one) => count + (one ? 1 : 0), 0);
  const domains = new Set<number>();
  for (const [at, slot] of slots.entries()) {
    const domain = domainOf[slot] ?? -1;
    if (counted[at] === true && domain >= 0) domains.add(domain);
  }
  return domains.size;
}

/** The least becomes 100; nodes that do not count get nothing. False where all would get the same. */
function normalize(points: Float64Array, counted: readonly boolean[]): boolean {
  let least = Infinity;
  let largest = 0;
  for (let at = 0; at < points.length; at++) {
    if (counted[at] !== true) continue;
    least = Math.min(least, points[at] ?? 0);
    largest = Math.max(largest, points[at] ?? 0);
  }
  if (least === Infinity) return false;
  for (let at = 0; at < points.length; at++) {
    const fair = largest === 0 ? scoreMax : (scoreMax * (largest + least - (points[at] ?? 0))) / largest;
    points[at] = counted[at] === true ? Math.floor(fair) : 0;
  }
  return true;
}
