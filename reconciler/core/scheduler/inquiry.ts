/** One pod made ready to be asked about node by node: everything that its filters and scores read, joined to the state. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../model/view.ts';
import { type PodVolumes, podVolumes } from '../storage/pod-volumes.ts';
import { means } from './pods/affinity-term.ts';
import {
  type SpreadConstraint,
  type SpreadConstraints,
  spreadConstraints,
} from './pods/spread-constraints.ts';
import type { Profile } from './profile.ts';
import type { CarriedTerm } from './state/carried-term.ts';
import type { ClassRecord } from './state/class-record.ts';
import type { SchedulerState } from './state/scheduler-state.ts';
import type { StaticTable } from './state/static-table.ts';
import type { Tally } from './state/tally.ts';

export interface HardSpread {
  readonly tally: Tally;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly self: boolean;
}

export interface SoftSpread {
  readonly tally: Tally;
  readonly maxSkew: number;
}

/** What holds for every pod of a class until the state's epoch ends. */
interface Prepared {
  readonly epoch: number;
  readonly spreaders: number;
  readonly affinity: readonly Tally[];
  /** The pods satisfy their own required affinity, so that the first of them may go anywhere. */
  readonly selfAffine: boolean;
  readonly anti: readonly Tally[];
  readonly preferred: readonly { readonly tally: Tally; readonly weight: number }[];
  readonly hard: readonly HardSpread[];
  readonly soft: readonly SoftSpread[];
  readonly demandsAllKeys: boolean;
}

export interface Inquiry extends Prepared {
  readonly pod: Pod;
  readonly record: ClassRecord;
  readonly profile: Profile;
  readonly state: SchedulerState;
  readonly fixed: StaticTable;
  /** Anti-affinity of pods that run, which means this one. */
  readonly forbidding: CarriedTerm[];
  /** The fewest pods of a domain, by hard constraint. */
  readonly fewest: number[];
  /** Undefined where volumes bind the pod to nothing. */
  readonly volumes: PodVolumes | undefined;
}

const prepared = new WeakMap<ClassRecord, Prepared>();

/** `view` shows, beyond the state's, what the same plan has given away of volumes before. */
export function inquire(pod: Pod, state: SchedulerState, profile: Profile, view: ClusterView): Inquiry {
  const record = state.recordOf(pod);
  const ready = preparedOf(record, state, profile);
  const volumes = pod.spec?.volumes === undefined ? undefined : podVolumes(pod, view);
  const constrained = volumes !== undefined && (volumes.constrained || volumes.refusal !== undefined);
  const inquiry: Inquiry = {
    ...ready,
    pod,
    record,
    profile,
    state,
    fixed: state.staticTable(record, profile),
    forbidding: [],
    fewest: [],
    volumes: constrained && profile.filters.has('VolumeBinding') ? volumes : undefined,
  };
  refresh(inquiry);
  return inquiry;
}

/** Reads again what is not read node by node: after pods were counted in or out. */
export function refresh(inquiry: Inquiry): void {
  const { hard, fewest, forbidding } = inquiry;
  for (let at = 0; at < hard.length; at++) {
    const { tally, minDomains } = hard[at] as HardSpread;
    fewest[at] = tally.fewest(minDomains);
  }
  if (!inquiry.profile.filters.has('InterPodAffinity')) return;
  const carried = carriedAgainst(inquiry);
  if (carried.length + forbidding.length === 0) return;
  forbidding.length = 0;
  for (const term of carried) if (term.spec.kind === 'anti' && term.counts.size > 0) forbidding.push(term);
}

/** Whether nothing but the room on a node decides, beyond the node object itself. */
export function asksForRoomAlone(inquiry: Inquiry): boolean {
  const { hard, affinity, anti, volumes, record } = inquiry;
  return (
    hard.length + affinity.length + anti.length + record.pods.ports.length === 0 &&
    volumes === undefined &&
    carriedAgainst(inquiry).every(({ spec, counts }) => spec.kind !== 'anti' || counts.size === 0)
  );
}

/** Terms of pods that run, or ran, and mean this one. */
export function carriedAgainst({ state, record }: Pick<Inquiry, 'state' | 'record'>): readonly CarriedTerm[] {
  return state.selections.carriedAgainst(record.group(false));
}

function preparedOf(record: ClassRecord, state: SchedulerState, profile: Profile): Prepared {
  const known = prepared.get(record);
  const { selections, spreadersVersion } = state;
  if (known?.epoch === selections.epoch && known.spreaders === spreadersVersion) return known;
  const spread = spreadConstraints(record.pods.pod, profile, state.view);
  let made = prepare(record, state, profile, spread);
  // Counting them may have made room by forgetting some of them: once more, now that there is room.
  if (made.epoch !== selections.epoch) made = prepare(record, state, profile, spread);
  prepared.set(record, made);
  return made;
}

function prepare(
  { pods }: ClassRecord,
  state: SchedulerState,
  { filters, weights }: Profile,
  spread: SpreadConstraints,
): Prepared {
  const { selections } = state;
  const { epoch } = selections;
  const all = { skipsLeaving: false, eligibility: undefined };
  const { required, requiredAnti, preferred } = pods.terms;
  const checks = filters.has('InterPodAffinity');
  const scores = weights.InterPodAffinity > 0;
  const hard = filters.has('PodTopologySpread') ? spread.hard : [];
  const soft = weights.PodTopologySpread > 0 ? spread.soft : [];
  return {
    epoch,
    spreaders: state.spreadersVersion,
    affinity: (checks ? required : []).map(({ topologyKey }) =>
      selections.tally({ selections: required, topologyKey, ...all }),
    ),
    selfAffine: required.every((term) =>
      means(term, pods.namespace, pods.labels, (name) => state.namespaceLabels(name)),
    ),
    anti: (checks ? requiredAnti : []).map((term) =>
      selections.tally({ selections: [term], topologyKey: term.topologyKey, ...all }),
    ),
    preferred: (scores ? preferred : []).map((term) => ({
      tally: selections.tally({ selections: [term], topologyKey: term.topologyKey, ...all }),
      weight: term.weight,
    })),
    hard: hard.map((one) => ({ ...one, tally: selections.tally(one.tally) })),
    soft: soft.map((one: SpreadConstraint) => ({
      tally: selections.tally(one.tally),
      maxSkew: one.maxSkew,
    })),
    demandsAllKeys: spread.demandsAllKeys,
  };
}
