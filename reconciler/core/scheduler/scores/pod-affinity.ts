/** Preferences between pods, in both directions: those of the pod, and those that pods which run have towards it. */
import { carriedAgainst, type Inquiry } from '../inquiry.ts';
import type { CarriedTerm } from '../state/carried-term.ts';
import type { Topology } from '../state/topology.ts';
import { stretch } from './normalize.ts';
import type { Score } from './score.ts';

export const podAffinity: Score = (inquiry, slots, points) => {
  const weighing = carriedAgainst(inquiry)
    .map((term) => ({ term, weight: weightOf(term, inquiry) }))
    .filter(({ term, weight }) => weight !== 0 && term.counts.size > 0);
  if (inquiry.preferred.length + weighing.length === 0) return false;
  points.fill(0);
  const addUp = (topology: Topology, pods: (domain: number) => number, weight: number): void => {
    for (let at = 0; at < slots.length; at++) {
      const domain = topology.domainOf[slots[at] ?? 0] ?? -1;
      if (domain >= 0) points[at] = (points[at] ?? 0) + weight * pods(domain);
    }
  };
  for (const { tally, weight } of inquiry.preferred)
    addUp(tally.topology, (domain) => tally.counts[domain] ?? 0, weight);
  for (const { term, weight } of weighing)
    addUp(term.topology, (domain) => term.counts.get(domain) ?? 0, weight);
  return stretch(points);
};

function weightOf({ spec }: CarriedTerm, { profile, preferred, affinity, anti }: Inquiry): number {
  if (spec.kind === 'hard') return profile.hardPodAffinityWeight;
  if (spec.kind === 'anti') return 0;
  const plain = preferred.length + affinity.length + anti.length === 0;
  return profile.ignorePreferredTermsOfExistingPods && plain ? 0 : spec.weight;
}
