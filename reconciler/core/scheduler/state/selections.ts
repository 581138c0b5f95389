/** Who means whom: tallies of selected pods and terms that pods carry, each joined to the label groups it means. */
import { means } from '../pods/affinity-term.ts';
import type { Labels } from '../pods/label-matcher.ts';
import { CarriedTerm, type CarriedSpec } from './carried-term.ts';
import { type LabelGroup, labelGroup } from './label-group.ts';
import type { NodeTable } from './node-table.ts';
import { Tally, tallyKey, type TallySpec } from './tally.ts';

/** Tallies kept; each takes some bytes per domain, and one that is asked for again is counted anew. */
const talliesMax = 512;
/** Groups without pods and terms that nobody carries are forgotten once there are so many of them. */
const sweepAt = 4_096;

export class Selections {
  readonly #table: NodeTable;
  readonly #namespaces: (name: string) => Labels | undefined;
  readonly #tallies = new Map<string, Tally>();
  #tallyList: Tally[] = [];
  readonly #carried = new Map<string, CarriedTerm>();
  /** Terms that name one namespace, by it; and those that may mean several. */
  #own = new Map<string, CarriedTerm[]>();
  #wide: CarriedTerm[] = [];
  readonly #groups = new Map<string, LabelGroup>();
  #sweepGroupsAt = sweepAt;
  #sweepTermsAt = sweepAt;
  /** Changes when tallies or terms that were handed out may be stale. */
  epoch = 1;
  /** Changes when groups that were handed out may be. */
  groupsEpoch = 1;

  constructor(table: NodeTable, namespaces: (name: string) => Labels | undefined) {
    this.#table = table;
    this.#namespaces = namespaces;
  }

  group(namespace: string, labels: Labels, leaving: boolean): LabelGroup {
    const key = `${leaving ? '-' : '+'}${namespace} ${JSON.stringify(labels)}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= this.#sweepGroupsAt) this.#sweepGroups();
    const group = labelGroup(key, namespace, labels, leaving);
    this.#groups.set(key, group);
    return group;
  }

  /** Counts one pod of the group on the node, or takes it away. */
  count(group: LabelGroup, slot: number, by: 1 | -1): void {
    const pods = (group.slots.get(slot) ?? 0) + by;
    if (pods > 0) group.slots.set(slot, pods);
    else group.slots.delete(slot);
    for (const tally of this.#talliesOf(group)) tally.count(slot, by);
  }

  tally(spec: TallySpec): Tally {
    const key = tallyKey(spec);
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    if (this.#tallies.size >= talliesMax) this.forgetTallies(() => true);
    const tally = new Tally(spec, this.#table.topology(spec.topologyKey));
    for (const [slot, node] of this.#table.nodes.entries()) if (node !== undefined) tally.addNode(slot, node);
    for (const group of this.#groups.values()) {
      if (!this.#counts(tally, group)) continue;
      for (const [slot, pods] of group.slots) for (let pod = 0; pod < pods; pod++) tally.count(slot, 1);
    }
    this.#tallies.set(key, tally);
    this.#tallyList.push(tally);
    return tally;
  }

  /** The terms for these, of which no one may be forgotten before all are there. */
  carried(specs: readonly CarriedSpec[]): readonly CarriedTerm[] {
    if (this.#carried.size >= this.#sweepTermsAt) this.#sweepTerms();
    return specs.map((spec) => {
      const known = this.#carried.get(spec.key);
      if (known !== undefined) return known;
      const term = new CarriedTerm(spec, this.#table.topology(spec.term.topologyKey));
      this.#carried.set(spec.key, term);
      this.#list(term);
      return term;
    });
  }

  /** Terms of pods that run, or ran, which mean the group. */
  carriedAgainst(group: LabelGroup): readonly CarriedTerm[] {
    this.#refresh(group);
    const own = this.#own.get(group.namespace) ?? [];
    for (; group.ownCarriedAsked < own.length; group.ownCarriedAsked++)
      this.#ask(own[group.ownCarriedAsked], group);
    for (; group.wideCarriedAsked < this.#wide.length; group.wideCarriedAsked++)
      this.#ask(this.#wide[group.wideCarriedAsked], group);
    return group.carried;
  }

  nodeAdded(slot: number): void {
    const node = this.#table.nodes[slot];
    if (node !== undefined) for (const tally of this.#tallyList) tally.addNode(slot, node);
  }

  /** Before the node changes or goes; its pods have been taken away. */
  nodeRemoved(slot: number): void {
    for (const tally of this.#tallyList) tally.removeNode(slot);
  }

  /** A namespace's labels changed: what selects by them is asked anew. */
  namespacesChanged(): void {
    this.forgetTallies((tally) => tally.readsNamespaces);
  }

  forgetTallies(which: (tally: Tally) => boolean): void {
    for (const [key, tally] of this.#tallies) if (which(tally)) this.#tallies.delete(key);
    this.#tallyList = [...this.#tallies.values()];
    this.epoch++;
  }

  /** Every count that a fresh start would have to find, for comparison. */
  list(): readonly string[] {
    const groups = [...this.#groups.values()].flatMap((group) =>
      [...group.slots].map(([slot, pods]) => `${group.key} ${this.#table.nameOf(slot)} ${pods}`),
    );
    const terms = [...this.#carried.values()].flatMap((term) =>
      [...term.counts].map(([domain, pods]) => `${term.spec.key} ${term.topology.value(domain)} ${pods}`),
    );
    const tallies = this.#tallyList.flatMap((tally) =>
      [...tally.counts].flatMap((pods, domain) =>
        pods === 0 && (tally.nodes[domain] ?? 0) === 0
          ? []
          : [`${tally.key} ${tally.topology.value(domain)} ${pods} ${tally.nodes[domain] ?? 0}`],
      ),
    );
    return [...groups, ...terms, ...tallies].sort();
  }

  /** What is being counted, so that a fresh start can be asked for the same. */
  get specs(): readonly TallySpec[] {
    return this.#tallyList.map(({ spec }) => spec);
  }

  #talliesOf(group: LabelGroup): readonly Tally[] {
    this.#refresh(group);
    for (; group.talliesAsked < this.#tallyList.length; group.talliesAsked++) {
      const tally = this.#tallyList[group.talliesAsked];
      if (tally !== undefined && this.#counts(tally, group)) group.tallies.push(tally);
    }
    return group.tallies;
  }

  #refresh(group: LabelGroup): void {
    if (group.epoch === this.epoch) return;
    group.epoch = this.epoch;
    group.tallies = [];
    group.talliesAsked = 0;
    group.carried = [];
    group.ownCarriedAsked = 0;
    group.wideCarriedAsked = 0;
  }

  #counts(tally: Tally, group: LabelGroup): boolean {
    if (group.leaving && tally.spec.skipsLeaving) return false;
    return tally.matches(group.namespace, group.labels, this.#namespaces);
  }

  #ask(term: CarriedTerm | undefined, group: LabelGroup): void {
    if (term !== undefined && means(term.spec.term, group.namespace, group.labels, this.#namespaces))
      group.carried.push(term);
  }

  #list(term: CarriedTerm): void {
    const { namespaces, namespaceSelector } = term.spec.term;
    const [only] = namespaces;
    if (namespaceSelector !== undefined || namespaces.size !== 1 || only === undefined) {
      this.#wide.push(term);
      return;
    }
    const own = this.#own.get(only);
    if (own === undefined) this.#own.set(only, [term]);
    else own.push(term);
  }

  #sweepGroups(): void {
    for (const [key, group] of this.#groups) if (group.slots.size === 0) this.#groups.delete(key);
    this.#sweepGroupsAt = Math.max(sweepAt, this.#groups.size * 2);
    this.groupsEpoch++;
  }

  #sweepTerms(): void {
    for (const [key, term] of this.#carried) if (term.unused) this.#carried.delete(key);
    this.#own = new Map();
    this.#wide = [];
    for (const term of this.#carried.values()) this.#list(term);
    this.#sweepTermsAt = Math.max(sweepAt, this.#carried.size * 2);
    this.epoch++;
  }
}
