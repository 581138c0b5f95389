/**
 * Affinity that pods which run already carry: their anti-affinity keeps others away from them, their preferences
 * weigh on where others go. Terms that are equal are one, counted by the domains in which pods carry it.
 */
import type { AffinityTerm, PodTerms } from '../pods/affinity-term.ts';
import type { Topology } from './topology.ts';

/** `anti` forbids; the others weigh: `hard` by the profile's weight, `soft` by their own. */
export type CarriedKind = 'anti' | 'hard' | 'soft';

/** The terms of one pod as others see them. */
export interface CarriedSpec {
  readonly key: string;
  readonly kind: CarriedKind;
  readonly term: AffinityTerm;
  /** Of `soft` terms; negative keeps away. */
  readonly weight: number;
}

export function carriedSpecs(terms: PodTerms): readonly CarriedSpec[] {
  const spec = (kind: CarriedKind, term: AffinityTerm, weight: number): CarriedSpec => ({
    key: `${kind} ${weight} ${term.topologyKey} ${term.key}`,
    kind,
    term,
    weight,
  });
  return [
    ...terms.requiredAnti.map((term) => spec('anti', term, 0)),
    ...terms.required.map((term) => spec('hard', term, 0)),
    ...terms.preferred.map((term) => spec('soft', term, term.weight)),
  ];
}

export class CarriedTerm {
  readonly spec: CarriedSpec;
  readonly topology: Topology;
  /** Pods that carry it, by domain; domains without any are not in it. */
  readonly counts = new Map<number, number>();
  /** Pods that carry it on nodes without the topology's label: they bind nobody. */
  #elsewhere = 0;

  constructor(spec: CarriedSpec, topology: Topology) {
    this.spec = spec;
    this.topology = topology;
  }

  count(slot: number, by: 1 | -1): void {
    const domain = this.topology.domainOf[slot] ?? -1;
    if (domain < 0) {
      this.#elsewhere += by;
      return;
    }
    const count = (this.counts.get(domain) ?? 0) + by;
    if (count > 0) this.counts.set(domain, count);
    else this.counts.delete(domain);
  }

  get unused(): boolean {
    return this.counts.size === 0 && this.#elsewhere === 0;
  }
}
