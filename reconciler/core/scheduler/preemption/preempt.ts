/** DefaultPreemption: whether taking pods of lower priority away would let a pod in, and on which node. */
import { mix } from '../../model/seeded-suffix.ts';
import { availability, type Diagnosis } from '../diagnosis.ts';
import { asksForRoomAlone, type Inquiry } from '../inquiry.ts';
import type { CandidateBounds } from '../profile.ts';
import type { PlacedPod } from '../state/placed-pod.ts';
import { budgetsOf } from './budgets.ts';
import { isVictim } from './victim-mark.ts';
import { type Candidate, tryNode } from './victims.ts';

export type Preemption =
  | {
      readonly type: 'preempt';
      readonly nodeName: string;
      readonly victims: readonly PlacedPod[];
      /** Pods of lower priority that were promised the node. */
      readonly demoted: readonly PlacedPod[];
    }
  /** Its victims are on their way out: nothing new is to be said. */
  | { readonly type: 'underway' }
  | { readonly type: 'none'; readonly message: string };

const notHelpful = 'Preemption is not helpful for scheduling';
const noVictims = 'No preemption victims found for incoming pod';

export function preempt(inquiry: Inquiry, diagnosis: Diagnosis, seed: number): Preemption {
  const { pod, profile } = inquiry;
  if (profile.preemption === undefined) return { type: 'none', message: '' };
  if (pod.spec?.preemptionPolicy === 'Never')
    return { type: 'none', message: 'not eligible due to preemptionPolicy=Never.' };
  if (isUnderway(inquiry, diagnosis)) return { type: 'underway' };
  const { found, message } = search(inquiry, diagnosis, profile.preemption, seed);
  const chosen = cheapest(found);
  if (chosen === undefined) return { type: 'none', message };
  const nodeName = inquiry.state.table.nameOf(chosen.slot);
  const nominated = [...(inquiry.state.nominations.on(nodeName)?.values() ?? [])];
  return {
    type: 'preempt',
    nodeName,
    victims: chosen.victims,
    demoted: nominated.filter(({ of }) => of.pods.priority < inquiry.record.pods.priority),
  };
}

/** Pods are going already from the node that the pod was promised, which still may have it. */
function isUnderway({ pod, record, state }: Inquiry, diagnosis: Diagnosis): boolean {
  const nodeName = state.nominations.nodeOf(pod.metadata.uid ?? '');
  const slot = nodeName === undefined ? undefined : state.table.slotOf(nodeName);
  if (nodeName === undefined || slot === undefined) return false;
  const code = diagnosis.codes[slot] ?? 0;
  if (code !== 0 && state.refusals.get(code).unresolvable) return false;
  for (const other of state.podsOn(nodeName)?.values() ?? [])
    if (other.of.pods.priority < record.pods.priority && isVictim(other.pod)) return true;
  return false;
}

/** The first of those that cost the least. */
function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  let [best] = candidates;
  for (const candidate of candidates)
    if (best !== undefined && isCheaper(candidate.costs, best.costs)) best = candidate;
  return best;
}

function isCheaper(left: readonly number[], right: readonly number[]): boolean {
  for (let at = 0; at < left.length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

interface Search {
  readonly found: readonly Candidate[];
  /** Why no node was found. */
  readonly message: string;
}

function search(inquiry: Inquiry, diagnosis: Diagnosis, bounds: CandidateBounds, seed: number): Search {
  const { state } = inquiry;
  const reasons = new Map<string, number>();
  const count = (reason: string, by = 1): void => {
    reasons.set(reason, (reasons.get(reason) ?? 0) + by);
  };
  const slots = resolvable(inquiry, diagnosis);
  if (diagnosis.nodes > slots.length) count(notHelpful, diagnosis.nodes - slots.length);
  const share = Math.floor((slots.length * bounds.minCandidateNodesPercentage) / 100);
  const enough = Math.max(share, bounds.minCandidateNodesAbsolute);
  const first = slots.length === 0 ? 0 : mix(seed, 2) % slots.length;
  const budgets = budgetsOf(state.view);
  const byRoom = asksForRoomAlone(inquiry);
  const found: Candidate[] = [];
  let harmless = 0;
  for (let step = 0; step < slots.length; step++) {
    if (harmless > 0 && found.length >= enough) break;
    const trial = tryNode(inquiry, slots[(first + step) % slots.length] ?? 0, budgets, byRoom);
    if (trial === 'no-victims') count(noVictims);
    else if (typeof trial === 'number') for (const reason of state.refusals.get(trial).reasons) count(reason);
    else {
      found.push(trial);
      if (trial.costs[0] === 0) harmless++;
    }
  }
  return { found, message: availability(diagnosis.nodes, reasons) };
}

/** Nodes that were refused for what their pods take up, in the order of the table. */
function resolvable({ state }: Inquiry, { codes }: Diagnosis): readonly number[] {
  const slots: number[] = [];
  for (const slot of state.table.order) {
    const code = codes[slot] ?? 0;
    if (code !== 0 && !state.refusals.get(code).unresolvable) slots.push(slot);
  }
  return slots;
}
