/** What every node object says to pods of one kind, whatever runs there: asked once, and again when a node changes. */
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isTolerated } from '../../model/taints.ts';
import { staticRefusal } from '../filters/static-filters.ts';
import type { RefusalCode, RefusalTable } from '../filters/refusal.ts';
import { matchesTerm } from '../node-affinity.ts';
import type { Profile } from '../profile.ts';

export class StaticTable {
  /** By slot, where the node was asked already; see `refusal`. */
  readonly #refusals: Uint32Array;
  readonly #asked: Uint8Array;
  readonly #nodes: readonly (Node | undefined)[];
  /** PreferNoSchedule taints that the pods do not tolerate, by slot of nodes that were asked. */
  readonly taints: Uint16Array;
  /** Sum of the weights of the preferred terms that match, likewise; undefined without such terms. */
  readonly preferences: Float64Array | undefined;
  readonly #pod: Pod;
  readonly #profile: Profile;
  readonly #codes: RefusalTable;
  readonly #preferred: readonly { readonly weight: number; readonly matches: (node: Node) => boolean }[];

  constructor(
    pod: Pod,
    profile: Profile,
    codes: RefusalTable,
    nodes: readonly (Node | undefined)[],
    capacity: number,
  ) {
    this.#pod = pod;
    this.#profile = profile;
    this.#codes = codes;
    const added = profile.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const own = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    this.#preferred = [...own, ...added].map(({ preference, weight }) => ({
      weight,
      matches: (node) => matchesTerm(preference, node),
    }));
    this.#nodes = nodes;
    this.#refusals = new Uint32Array(capacity);
    this.#asked = new Uint8Array(capacity);
    this.taints = new Uint16Array(capacity);
    this.preferences = this.#preferred.length === 0 ? undefined : new Float64Array(capacity);
  }

  /** Why the node in the slot refuses the pods, asked when it is first needed: few pods look at all nodes. */
  refusal(slot: number): RefusalCode {
    if (this.#asked[slot] !== 1) this.#ask(slot);
    return this.#refusals[slot] ?? 0;
  }

  /** The node says something else from now on. */
  forget(slot: number): void {
    this.#asked[slot] = 0;
  }

  #ask(slot: number): void {
    const node = this.#nodes[slot];
    if (node === undefined) return;
    this.#asked[slot] = 1;
    this.#refusals[slot] = this.#refusal(node);
    this.taints[slot] = unwelcome(this.#pod, node);
    if (this.preferences === undefined) return;
    let sum = 0;
    for (const { weight, matches } of this.#preferred) if (matches(node)) sum += weight;
    this.preferences[slot] = sum;
  }

  #refusal(node: Node): RefusalCode {
    const refusal = staticRefusal(this.#pod, node, this.#profile);
    if (refusal === undefined) return 0;
    return this.#codes.code(refusal.plugin, refusal.reasons, refusal.unresolvable);
  }
}

/** Taints that would rather not have the pod. */
function unwelcome(pod: Pod, node: Node): number {
  let count = 0;
  for (const taint of node.spec?.taints ?? [])
    if (taint.effect === 'PreferNoSchedule' && !isTolerated(taint, pod.spec?.tolerations)) count++;
  return count;
}
