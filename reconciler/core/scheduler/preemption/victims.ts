/** What a node would have to give up so that a pod fits there. */
import { refusalWithNominated } from '../decide.ts';
import type { RefusalCode } from '../filters/refusal.ts';
import { type Inquiry, refresh } from '../inquiry.ts';
import type { PlacedPod } from '../state/placed-pod.ts';
import { type Budgets, violators } from './budgets.ts';
import { costs, startedMs } from './costs.ts';

export interface Candidate {
  readonly slot: number;
  /** The more important first. */
  readonly victims: readonly PlacedPod[];
  /** By which nodes are compared, one number after the other; the less, the better. */
  readonly costs: readonly number[];
}

/** `no-victims`: nobody there is of lower priority. A code: even without them the pod does not fit. */
export type Trial = Candidate | 'no-victims' | RefusalCode;

interface KnownTrial {
  readonly version: number;
  readonly trial: Trial;
}

const knownTrials = new WeakMap<Inquiry['record'], Map<number, KnownTrial>>();

/**
 * Takes all pods of lower priority off the node for a moment, and gives back as many as there is room for. With
 * `byRoom` the node alone decides: then the answer is kept for other pods of the class, until the node changes.
 */
export function tryNode(inquiry: Inquiry, slot: number, budgets: Budgets, byRoom: boolean): Trial {
  if (!byRoom || budgets.length > 0) return newTrial(inquiry, slot, budgets, byRoom);
  const { state, record, pod } = inquiry;
  const version = state.versions[slot] ?? 0;
  const trials = knownTrials.get(record) ?? new Map<number, KnownTrial>();
  knownTrials.set(record, trials);
  const known = trials.get(slot);
  if (known?.version === version) return known.trial;
  const trial = newTrial(inquiry, slot, budgets, byRoom);
  // What a pod was promised itself counts for the others, and not for it.
  if (state.nominations.nodeOf(pod.metadata.uid ?? '') === undefined) trials.set(slot, { version, trial });
  return trial;
}

function newTrial(inquiry: Inquiry, slot: number, budgets: Budgets, byRoom: boolean): Trial {
  const { state, record } = inquiry;
  const lower: PlacedPod[] = [];
  for (const pod of state.podsOn(state.table.nameOf(slot))?.values() ?? [])
    if (pod.of.pods.priority < record.pods.priority && isBound(pod)) lower.push(pod);
  if (lower.length === 0) return 'no-victims';
  lower.sort(byImportance);
  const room = byRoom ? freeRoom(inquiry, slot, lower) : undefined;
  return room === undefined
    ? tryForReal(inquiry, slot, lower, budgets)
    : tryByRoom(inquiry, slot, lower, room, budgets);
}

/** What the same plan has only just placed is not taken away again. */
function isBound({ pod }: PlacedPod): boolean {
  return (pod.spec?.nodeName ?? '') !== '';
}

/** With the state changed for the time of it: whatever the filters look at, they see. */
function tryForReal(inquiry: Inquiry, slot: number, lower: readonly PlacedPod[], budgets: Budgets): Trial {
  const { state } = inquiry;
  for (const pod of lower) state.tentatively(pod, -1);
  refresh(inquiry);
  const code = refusalWithNominated(inquiry, slot);
  const isViolating = violating(lower, budgets);
  const spare = (pod: PlacedPod): boolean => isSpared(inquiry, slot, pod);
  const victims = code === 0 ? inTurn(lower, isViolating).filter((pod) => !spare(pod)) : lower;
  for (const pod of victims) state.tentatively(pod, 1);
  refresh(inquiry);
  return code === 0 ? candidate(slot, lower, victims, isViolating) : code;
}

/** By sums alone, which is all that most pods ask for. */
function tryByRoom(
  { record }: Inquiry,
  slot: number,
  lower: readonly PlacedPod[],
  room: readonly number[],
  budgets: Budgets,
): Trial | RefusalCode {
  const free = [...room];
  const isViolating = violating(lower, budgets);
  const spare = ({ of }: PlacedPod): boolean => {
    const amounts = record.demand.map(({ column }) => of.pods.requests.get(column.resource) ?? 0);
    if (amounts.some((amount, at) => amount > (free[at] ?? 0))) return false;
    for (const [at, amount] of amounts.entries()) free[at] = (free[at] ?? 0) - amount;
    return true;
  };
  const victims = inTurn(lower, isViolating).filter((pod) => !spare(pod));
  return candidate(slot, lower, victims, isViolating);
}

/**
 * What the node has beyond the pod once all of `lower` are gone and those that were promised it have come, by the
 * pod's resources; undefined where that does not decide, or is not enough.
 */
function freeRoom(
  { record, state, pod }: Inquiry,
  slot: number,
  lower: readonly PlacedPod[],
): readonly number[] | undefined {
  const ahead: PlacedPod[] = [];
  for (const other of state.nominations.on(state.table.nameOf(slot))?.values() ?? []) {
    if (other.uid === pod.metadata.uid || other.of.pods.priority < record.pods.priority) continue;
    if (other.of.carried().length > 0) return undefined;
    ahead.push(other);
  }
  const free: number[] = [];
  for (const { column, amount } of record.demand) {
    let room = (column.allocatable[slot] ?? 0) - (column.requested[slot] ?? 0) - amount;
    for (const { of } of lower) room += of.pods.requests.get(column.resource) ?? 0;
    for (const { of } of ahead) room -= of.pods.requests.get(column.resource) ?? 0;
    if (room < 0) return undefined;
    free.push(room);
  }
  return free;
}

function violating(lower: readonly PlacedPod[], budgets: Budgets): (pod: PlacedPod) => boolean {
  if (budgets.length === 0) return () => false;
  const found = violators(
    lower.map(({ pod }) => pod),
    budgets,
  );
  return ({ pod }) => found.has(pod);
}

/** Those whose budget would be violated are spared first. */
function inTurn(lower: readonly PlacedPod[], isViolating: (pod: PlacedPod) => boolean): readonly PlacedPod[] {
  const first = lower.filter(isViolating);
  return first.length === 0 ? lower : [...first, ...lower.filter((pod) => !isViolating(pod))];
}

function candidate(
  slot: number,
  lower: readonly PlacedPod[],
  victims: readonly PlacedPod[],
  isViolating: (pod: PlacedPod) => boolean,
): Candidate {
  const ordered = lower.filter((pod) => victims.includes(pod));
  return { slot, victims: ordered, costs: costs(ordered, ordered.filter(isViolating).length) };
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
