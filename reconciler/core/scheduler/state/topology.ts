/** The domains of one topology key: small numbers for the values of a node label. */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';

export class Topology {
  readonly key: string;
  /** Domain by node slot; -1 where the node lacks the label. */
  domainOf: Int32Array;
  readonly #ids = new Map<string, number>();
  readonly #values: string[] = [];

  constructor(key: string, capacity: number) {
    this.key = key;
    this.domainOf = new Int32Array(capacity).fill(-1);
  }

  /** One more than the largest domain. */
  get size(): number {
    return this.#values.length;
  }

  set(slot: number, node: Node | undefined): void {
    const value = node?.metadata.labels?.[this.key];
    this.domainOf[slot] = value === undefined ? -1 : this.#id(value);
  }

  /** The label's value that a domain stands for. */
  value(domain: number): string {
    return this.#values[domain] ?? '';
  }

  grow(capacity: number): void {
    const grown = new Int32Array(capacity).fill(-1);
    grown.set(this.domainOf);
    this.domainOf = grown;
  }

  #id(value: string): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#ids.set(value, id);
    return id;
  }
}
