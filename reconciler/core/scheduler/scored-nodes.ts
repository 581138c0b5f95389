/**
 * Nodes that were found for a pod, and their points. Pods of the same class that follow in the same plan choose among
 * them too: of room, only the node that got the last one is asked and scored again; what looks at other pods is asked
 * of all of them, for one more pod may have changed it anywhere.
 */
import { mix } from '../model/seeded-suffix.ts';
import { refusalAt } from './filters/node-filters.ts';
import { carriedAgainst, type Inquiry } from './inquiry.ts';
import type { ScoreName } from './profile.ts';
import type { Score, Slots } from './scores/score.ts';
import { scores } from './scores/table.ts';

/** Scores that change with the pods on the node alone; and those that look at pods elsewhere. */
const ownRoom: ReadonlySet<ScoreName> = new Set(['NodeResourcesFit', 'NodeResourcesBalancedAllocation']);
const company: ReadonlySet<ScoreName> = new Set(['PodTopologySpread', 'InterPodAffinity']);
/** Below this share of the nodes that were found, others are worth looking for. */
const shareKept = 0.5;

export class ScoredNodes {
  readonly #record: Inquiry['record'];
  readonly #reusable: boolean;
  readonly #found: number;
  readonly #slots: number[];
  /** Points of the node's own room; and of what never changes within a plan. */
  readonly #room: number[];
  readonly #fixed: number[];
  #generation: number;

  constructor(inquiry: Inquiry, slots: readonly number[]) {
    const { record, state, volumes } = inquiry;
    this.#record = record;
    this.#reusable = volumes === undefined && state.nominations.size === 0;
    this.#found = slots.length;
    this.#generation = state.generation;
    this.#slots = [...slots];
    this.#room = sums(inquiry, slots, ({ name }) => ownRoom.has(name));
    this.#fixed = sums(inquiry, slots, ({ name }) => !ownRoom.has(name) && !company.has(name));
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

  /** The slot of one of the best that would still do, if any; `seed` decides between equals. */
  choose(inquiry: Inquiry, seed: number): number | undefined {
    const totals = this.#totals(inquiry);
    const best = this.#best(totals, seed);
    if (best === undefined || !looksAtOthers(inquiry) || refusalAt(inquiry, best) === 0) return best;
    for (let at = 0; at < totals.length; at++)
      if (refusalAt(inquiry, this.#slots[at] ?? 0) !== 0) totals[at] = -Infinity;
    return this.#best(totals, seed);
  }

  /** The pod was counted on the node; `before` is the state's generation until then. */
  placed(inquiry: Inquiry, slot: number, before: number): void {
    if (!this.#reusable || before !== this.#generation || inquiry.record !== this.#record) return;
    this.#generation = inquiry.state.generation;
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

  #totals(inquiry: Inquiry): Float64Array {
    const totals = new Float64Array(this.#slots.length);
    for (let at = 0; at < totals.length; at++) totals[at] = (this.#room[at] ?? 0) + (this.#fixed[at] ?? 0);
    const { soft, preferred } = inquiry;
    if (soft.length + preferred.length + carriedAgainst(inquiry).length === 0) return totals;
    for (const column of pointsOf(inquiry, this.#slots, ({ name }) => company.has(name)).values())
      for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + (column[at] ?? 0);
    return totals;
  }

  #best(totals: Float64Array, seed: number): number | undefined {
    let largest = -Infinity;
    const best: number[] = [];
    for (let at = 0; at < totals.length; at++) {
      const total = totals[at] ?? 0;
      if (total < largest || total === -Infinity) continue;
      if (total > largest) {
        largest = total;
        best.length = 0;
      }
      best.push(at);
    }
    return best.length === 0 ? undefined : this.#slots[best[mix(seed, 0) % best.length] ?? 0];
  }
}

/** Whether one more pod somewhere may close other nodes to the next. */
function looksAtOthers({ hard, affinity, anti, forbidding }: Inquiry): boolean {
  return hard.length + affinity.length + anti.length + forbidding.length > 0;
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
