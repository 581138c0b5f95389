/** How many of the pods that are meant run in each domain of a topology; kept as pods come and go. */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { means, type NamespaceLabels, type PodSelection } from '../pods/affinity-term.ts';
import type { Labels } from '../pods/label-matcher.ts';
import type { Topology } from './topology.ts';

/** Which nodes a spread constraint counts; the same key for the same nodes. */
export interface Eligibility {
  readonly key: string;
  readonly test: (node: Node) => boolean;
}

export interface TallySpec {
  /** Pods that all of these mean; none of them means nothing. */
  readonly selections: readonly PodSelection[];
  readonly topologyKey: string;
  /** Whether pods on their way out count no more, as topology spread has it. */
  readonly skipsLeaving: boolean;
  /** Undefined counts every node. */
  readonly eligibility: Eligibility | undefined;
}

export function tallyKey(spec: TallySpec): string {
  const selections = spec.selections.map(({ key }) => key).join('&');
  return `${spec.topologyKey} ${spec.skipsLeaving} ${spec.eligibility?.key ?? ''} ${selections}`;
}

export class Tally {
  readonly key: string;
  readonly spec: TallySpec;
  readonly topology: Topology;
  /** Pods by domain. */
  counts: Int32Array;
  /** Nodes that count, by domain. */
  nodes: Int32Array;
  /** Pods of all domains. */
  total = 0;
  /** Domains with a node that counts. */
  domains = 0;
  /** Whether the node in the slot counts. */
  #eligible: Uint8Array;

  constructor(spec: TallySpec, topology: Topology) {
    this.key = tallyKey(spec);
    this.spec = spec;
    this.topology = topology;
    this.counts = new Int32Array(topology.size + 8);
    this.nodes = new Int32Array(topology.size + 8);
    this.#eligible = new Uint8Array(topology.domainOf.length);
  }

  matches(namespace: string, labels: Labels, namespaceLabels: NamespaceLabels): boolean {
    const { selections } = this.spec;
    return selections.length > 0 && selections.every((one) => means(one, namespace, labels, namespaceLabels));
  }

  /** Whether namespaces' labels decide what is meant. */
  get readsNamespaces(): boolean {
    return this.spec.selections.some((one) => one.namespaceSelector !== undefined);
  }

  eligible(slot: number): boolean {
    return this.#eligible[slot] === 1;
  }

  /** Takes the node in. The pods on it are counted by `count`. */
  addNode(slot: number, node: Node): void {
    const domain = this.topology.domainOf[slot] ?? -1;
    const counts = domain >= 0 && (this.spec.eligibility?.test(node) ?? true);
    if (slot >= this.#eligible.length) this.#growSlots();
    this.#eligible[slot] = counts ? 1 : 0;
    if (!counts) return;
    if (domain >= this.counts.length) this.#growDomains();
    if (this.nodes[domain] === 0) this.domains++;
    this.nodes[domain] = (this.nodes[domain] ?? 0) + 1;
  }

  /** Takes the node out, which must have no counted pods any more and still be in its domain. */
  removeNode(slot: number): void {
    if (!this.eligible(slot)) return;
    const domain = this.topology.domainOf[slot] ?? -1;
    this.#eligible[slot] = 0;
    this.nodes[domain] = (this.nodes[domain] ?? 0) - 1;
    if (this.nodes[domain] === 0) this.domains--;
  }

  count(slot: number, by: 1 | -1): void {
    if (this.#eligible[slot] !== 1) return;
    const domain = this.topology.domainOf[slot] ?? -1;
    this.counts[domain] = (this.counts[domain] ?? 0) + by;
    this.total += by;
  }

  /** The fewest pods of a domain with a node that counts; 0 where there are fewer domains than `minDomains`. */
  fewest(minDomains: number): number {
    if (this.domains < minDomains) return 0;
    const { counts, nodes } = this;
    let fewest = Number.MAX_SAFE_INTEGER;
    for (let domain = 0; domain < nodes.length; domain++) {
      const count = counts[domain] ?? 0;
      if (count < fewest && (nodes[domain] ?? 0) > 0) fewest = count;
    }
    return this.domains === 0 ? Number.MAX_SAFE_INTEGER : fewest;
  }

  #growSlots(): void {
    const grown = new Uint8Array(this.topology.domainOf.length);
    grown.set(this.#eligible);
    this.#eligible = grown;
  }

  #growDomains(): void {
    const length = Math.max(this.topology.size, this.counts.length * 2);
    const grown = (array: Int32Array): Int32Array => {
      const next = new Int32Array(length);
      next.set(array);
      return next;
    };
    this.counts = grown(this.counts);
    this.nodes = grown(this.nodes);
  }
}
