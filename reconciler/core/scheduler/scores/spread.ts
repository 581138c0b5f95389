/** Constraints with ScheduleAnyway: fewer pods in the node's domains are better, the fewer domains the less it weighs. */
import type { SoftSpread } from '../inquiry.ts';
import { scoreMax } from './normalize.ts';
import type { Score, Slots } from './score.ts';

const hostnameKey = 'kubernetes.io/hostname';

export const podSpread: Score = ({ soft, demandsAllKeys }, slots, points) => {
  if (soft.length === 0) return false;
  const counted = demandsAllKeys ? withAllKeys(soft, slots) : undefined;
  points.fill(0);
  for (const one of soft) {
    const { tally, maxSkew } = one;
    const { counts, topology } = tally;
    const { domainOf } = topology;
    const weight = Math.log(domainsOf(one, slots, counted) + 2);
    for (let at = 0; at < slots.length; at++) {
      const domain = domainOf[slots[at] ?? 0] ?? -1;
      if (domain >= 0) points[at] = (points[at] ?? 0) + (counts[domain] ?? 0) * weight + (maxSkew - 1);
    }
  }
  return normalize(points, counted);
};

/** 1 for nodes that have every topology key. */
function withAllKeys(soft: readonly SoftSpread[], slots: Slots): Uint8Array {
  const counted = new Uint8Array(slots.length).fill(1);
  for (const { tally } of soft) {
    const { domainOf } = tally.topology;
    for (let at = 0; at < slots.length; at++) if ((domainOf[slots[at] ?? 0] ?? -1) < 0) counted[at] = 0;
  }
  return counted;
}

/** Domains among the nodes that are scored. */
function domainsOf({ tally }: SoftSpread, slots: Slots, counted: Uint8Array | undefined): number {
  const { key, domainOf, size } = tally.topology;
  // A host is a domain of its own.
  if (key === hostnameKey && counted === undefined) return slots.length;
  const seen = new Uint8Array(size);
  let domains = 0;
  for (let at = 0; at < slots.length; at++) {
    const domain = domainOf[slots[at] ?? 0] ?? -1;
    if (domain < 0 || seen[domain] === 1 || counted?.[at] === 0) continue;
    seen[domain] = 1;
    domains++;
  }
  return domains;
}

/** The least becomes 100; nodes that do not count get nothing. False where none counts. */
function normalize(points: Float64Array, counted: Uint8Array | undefined): boolean {
  let least = Infinity;
  let largest = 0;
  for (let at = 0; at < points.length; at++) {
    if (counted?.[at] === 0) continue;
    const rounded = Math.round(points[at] ?? 0);
    points[at] = rounded;
    if (rounded < least) least = rounded;
    if (rounded > largest) largest = rounded;
  }
  if (least === Infinity) return false;
  for (let at = 0; at < points.length; at++) {
    const fair = largest === 0 ? scoreMax : (scoreMax * (largest + least - (points[at] ?? 0))) / largest;
    points[at] = counted?.[at] === 0 ? 0 : Math.floor(fair);
  }
  return true;
}
