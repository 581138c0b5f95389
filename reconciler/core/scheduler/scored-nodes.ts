/**
 * Nodes that were found for a pod, and their points. Pods of the same class that follow in the same plan choose among
 * them too: only the node that got the last one is asked and scored again, and what spreads pods over domains.
 */
import { mix } from '../model/seeded-suffix.ts';
import { refusalAt } from './filters/node-filters.ts';
import { carriedAgainst, type Inquiry } from './inquiry.ts';
import type { Profile, ScoreName } from './profile.ts';
import type { Score, Slots } from './scores/score.ts';
import { scores } from './scores/table.ts';

/** Scores of a node that change with the pods on that node alone. */
const ownRoom: ReadonlySet<ScoreName> = new Set(['NodeResourcesFit', 'NodeResourcesBalancedAllocation']);
/** Below this share of the nodes that were found, others are worth looking for. */
const shareKept = 0.5;

export class ScoredNodes {
  readonly #record: Inquiry['record'];
  readonly #reusable: boolean;
  readonly #found: number;
  readonly #slots: number[];
  /** Points of the node's own room; of what never changes within a plan; and of domains. */
  readonly #room: number[];
  readonly #fixed: number[];
  #domains: Float64Array | undefined;
  #generation: number;

  constructor(inquiry: Inquiry, slots: readonly number[]) {
    const { record, state, profile } = inquiry;
    this.#record = record;
    this.#reusable = isReusable(inquiry);
    this.#found = slots.length;
    this.#generation = state.generation;
    this.#slots = [...slots];
    this.#room = sums(inquiry, slots, ({ name }) => ownRoom.has(name));
    this.#fixed = sums(inquiry, slots, ({ name }) => !ownRoom.has(name) && name !== 'PodTopologySpread');
    this.#domains = domainPoints(inquiry, slots, profile);
  }

  /** Whether the pod can choose among these: it is like the former, and nothing else has happened since. */
  serves({ record, state }: Inquiry): boolean {
    return (
      this.#reusable &&
      record === this.#record &&
      state.generation === this.#generation &&
      this.#slots.length > 1 &&
      this.#slots.length >= this.#found * shareKept
    );
  }

  /** The slot of one of the best; `seed` decides between equals. */
  choose(inquiry: Inquiry, seed: number): number {
    this.#domains ??= domainPoints(inquiry, this.#slots, inquiry.profile);
    const domains = this.#domains;
    let largest = -Infinity;
    const best: number[] = [];
    for (let at = 0; at < this.#slots.length; at++) {
      const total = (this.#room[at] ?? 0) + (this.#fixed[at] ?? 0) + (domains?.[at] ?? 0);
      if (total < largest) continue;
      if (total > largest) {
        largest = total;
        best.length = 0;
      }
      best.push(at);
    }
    return this.#slots[best[mix(seed, 0) % best.length] ?? 0] ?? 0;
  }

  /** The pod was counted on the node; `before` is the state's generation until then. */
  placed(inquiry: Inquiry, slot: number, before: number): void {
    if (!this.#reusable || before !== this.#generation || inquiry.record !== this.#record) return;
    this.#generation = inquiry.state.generation;
    this.#domains = undefined;
    const at = this.#slots.indexOf(slot);
    if (at < 0) return;
    if (refusalAt(inquiry, slot) === 0) {
      this.#room[at] = sums(inquiry, [slot], ({ name }) => ownRoom.has(name))[0] ?? 0;
      return;
    }
    for (const list of [this.#slots, this.#room, this.#fixed]) {
      const last = list.pop() ?? 0;
      if (at < list.length) list[at] = last;
    }
  }
}

/** Nothing of what the class asks for looks at other pods, but where they are spread at will. */
function isReusable(inquiry: Inquiry): boolean {
  const { hard, affinity, anti, preferred, volumes, state } = inquiry;
  return (
    hard.length + affinity.length + anti.length + preferred.length === 0 &&
    volumes === undefined &&
    state.nominations.size === 0 &&
    inquiry.record.carried().length === 0 &&
    carriedAgainst(inquiry).every(({ counts }) => counts.size === 0)
  );
}

type Chosen = (score: { readonly name: ScoreName; readonly score: Score }) => boolean;

/** Points by score, weighted, in the order of `slots`; scores without an opinion are left out. */
export function pointsOf(
  inquiry: Inquiry,
  slots: Slots,
  chosen: Chosen = () => true,
): ReadonlyMap<ScoreName, Float64Array> {
  const points = new Map<ScoreName, Float64Array>();
  for (const one of scores) {
    const weight = inquiry.profile.weights[one.name];
    if (weight === 0 || !chosen(one)) continue;
    const column = new Float64Array(slots.length);
    if (!one.score(inquiry, slots, column)) continue;
    if (weight !== 1) for (let at = 0; at < column.length; at++) column[at] = (column[at] ?? 0) * weight;
    points.set(one.name, column);
  }
  return points;
}

function sums(inquiry: Inquiry, slots: Slots, chosen: Chosen): number[] {
  const totals = new Array<number>(slots.length).fill(0);
  for (const column of pointsOf(inquiry, slots, chosen).values())
    for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + (column[at] ?? 0);
  return totals;
}

function domainPoints(inquiry: Inquiry, slots: Slots, { weights }: Profile): Float64Array | undefined {
  if (inquiry.soft.length === 0 || weights.PodTopologySpread === 0) return undefined;
  return pointsOf(inquiry, slots, ({ name }) => name === 'PodTopologySpread').get('PodTopologySpread');
}
