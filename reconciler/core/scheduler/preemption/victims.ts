/** What a node would have to give up so that a pod fits there. */
import { parseTime } from '../../model/time.ts';
import { refusalWithNominated } from '../decide.ts';
import type { RefusalCode } from '../filters/refusal.ts';
import { type Inquiry, refresh } from '../inquiry.ts';
import type { PlacedPod } from '../state/placed-pod.ts';
import { type Budgets, violators } from './budgets.ts';

export interface Candidate {
  readonly slot: number;
  /** The more important first. */
  readonly victims: readonly PlacedPod[];
  /** Of them, those whose budget does not allow it. */
  readonly violations: number;
}

/** `no-victims`: nobody there is of lower priority. A code: even without them the pod does not fit. */
export type Trial = Candidate | 'no-victims' | RefusalCode;

/** Takes all pods of lower priority off the node for a moment, and gives back as many as there is room for. */
export function tryNode(inquiry: Inquiry, slot: number, budgets: Budgets): Trial {
  const { state, record } = inquiry;
  const lower: PlacedPod[] = [];
  for (const pod of state.podsOn(state.table.nameOf(slot))?.values() ?? [])
    if (pod.of.pods.priority < record.pods.priority) lower.push(pod);
  if (lower.length === 0) return 'no-victims';
  lower.sort(byImportance);
  for (const pod of lower) state.tentatively(pod, -1);
  refresh(inquiry);
  const code = refusalWithNominated(inquiry, slot);
  const violating = violators(
    lower.map(({ pod }) => pod),
    budgets,
  );
  const isViolating = ({ pod }: PlacedPod): boolean => violating.has(pod);
  // Those whose budget would be violated are spared first.
  const inTurn = [...lower.filter(isViolating), ...lower.filter((pod) => !isViolating(pod))];
  const victims = new Set(code === 0 ? inTurn.filter((pod) => !isSpared(inquiry, slot, pod)) : []);
  for (const pod of code === 0 ? victims : lower) state.tentatively(pod, 1);
  refresh(inquiry);
  if (code !== 0) return code;
  const ordered = lower.filter((pod) => victims.has(pod));
  return { slot, victims: ordered, violations: ordered.filter(isViolating).length };
}

/** Puts the pod back if the other one still fits beside it. */
function isSpared(inquiry: Inquiry, slot: number, pod: PlacedPod): boolean {
  inquiry.state.tentatively(pod, 1);
  refresh(inquiry);
  if (refusalWithNominated(inquiry, slot) === 0) return true;
  inquiry.state.tentatively(pod, -1);
  refresh(inquiry);
  return false;
}

/** Higher priority first, then who has run longer. */
function byImportance(left: PlacedPod, right: PlacedPod): number {
  const priority = right.of.pods.priority - left.of.pods.priority;
  if (priority !== 0) return priority;
  const start = startedMs(left) - startedMs(right);
  if (start !== 0 && !Number.isNaN(start)) return start;
  return left.uid < right.uid ? -1 : 1;
}

/** A pod that has not been started yet started last. */
export function startedMs({ pod }: PlacedPod): number {
  const { startTime } = pod.status ?? {};
  return (startTime === undefined ? undefined : parseTime(startTime)) ?? Number.MAX_SAFE_INTEGER;
}
