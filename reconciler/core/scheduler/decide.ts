/** Chooses a node for one pod: filter until enough are found, score them, pick among the best. Changes nothing. */
import { mix } from '../model/seeded-suffix.ts';
import type { Diagnosis } from './diagnosis.ts';
import { refusalAt } from './filters/node-filters.ts';
import type { RefusalCode } from './filters/refusal.ts';
import { type Inquiry, refresh } from './inquiry.ts';
import { namedNodes } from './node-affinity.ts';
import type { ScoreName } from './profile.ts';
import type { Slots } from './scores/score.ts';
import { scores } from './scores/table.ts';

export type Decision =
  | { readonly type: 'bind'; readonly slot: number }
  | { readonly type: 'none'; readonly diagnosis: Diagnosis };

/** Clusters up to here are looked at whole; larger ones until so many nodes are found at least. */
const nodesToFindMin = 100;
const adaptiveShare = { most: 50, least: 5, nodesPerPercent: 125 } as const;

const noCodes = new Uint32Array(0);

/** `seed` decides where the search begins, and between nodes of equal score. */
export function decide(inquiry: Inquiry, seed: number): Decision {
  const { table } = inquiry.state;
  if (table.size === 0) return { type: 'none', diagnosis: nowhere(0) };
  const message = inquiry.volumes?.refusal;
  if (message !== undefined) {
    const upFront = { plugin: 'VolumeBinding', message } as const;
    return { type: 'none', diagnosis: { ...nowhere(table.size), upFront } };
  }
  const nominated = nominatedSlot(inquiry);
  if (nominated !== undefined && refusalWithNominated(inquiry, nominated) === 0)
    return { type: 'bind', slot: nominated };
  const found = search(inquiry, seed);
  if (found.feasible.length === 0) return { type: 'none', diagnosis: found.diagnosis };
  const slot = choose(inquiry, found.feasible, seed);
  return { type: 'bind', slot };
}

export function nowhere(nodes: number): Diagnosis {
  return { nodes, upFront: undefined, codes: noCodes, counts: new Map(), unasked: 0 };
}

/** Slots of the nodes that the pod may have, in the order of the search, and how many of all there are. */
export function candidates(inquiry: Inquiry): { readonly slots: Int32Array; readonly unasked: number } {
  const { table } = inquiry.state;
  const names = namedNodes(inquiry.pod);
  if (names === undefined) return { slots: table.order, unasked: 0 };
  const slots = names.flatMap((name) => table.slotOf(name) ?? []);
  return { slots: Int32Array.from(slots), unasked: table.size - slots.length };
}

interface Found {
  readonly feasible: number[];
  readonly diagnosis: Diagnosis;
}

function search(inquiry: Inquiry, seed: number): Found {
  const { table } = inquiry.state;
  const { slots, unasked } = candidates(inquiry);
  const count = slots.length;
  const enough = nodesToFind(inquiry, count);
  const first = count === 0 ? 0 : mix(seed, 1) % count;
  const codes = new Uint32Array(table.capacity);
  const counts = new Map<RefusalCode, number>();
  const feasible: number[] = [];
  for (let step = 0; step < count && feasible.length < enough; step++) {
    const slot = slots[(first + step) % count] ?? 0;
    const code = refusalWithNominated(inquiry, slot);
    if (code === 0) feasible.push(slot);
    else {
      codes[slot] = code;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  return { feasible, diagnosis: { nodes: table.size, upFront: undefined, codes, counts, unasked } };
}

/** The larger the cluster, the smaller the share of its nodes that is worth comparing. */
function nodesToFind({ profile }: Inquiry, nodes: number): number {
  if (nodes < nodesToFindMin) return nodes;
  const { most, least, nodesPerPercent } = adaptiveShare;
  const adaptive = Math.max(least, most - Math.floor(nodes / nodesPerPercent));
  const percentage = profile.percentageOfNodesToScore > 0 ? profile.percentageOfNodesToScore : adaptive;
  return Math.max(nodesToFindMin, Math.floor((nodes * Math.min(100, percentage)) / 100));
}

function nominatedSlot({ pod, state }: Inquiry): number | undefined {
  const name = state.nominations.nodeOf(pod.metadata.uid ?? '');
  return name === undefined ? undefined : state.table.slotOf(name);
}

/**
 * The refusal of the node as it is, and as it will be with the pods that are nominated to it and go first: both have
 * to let the pod pass, for those may come or not.
 */
export function refusalWithNominated(inquiry: Inquiry, slot: number): RefusalCode {
  const { state, pod, record } = inquiry;
  const code = refusalAt(inquiry, slot);
  if (code !== 0 || state.nominations.size === 0) return code;
  const nominated = state.nominations.on(state.table.nameOf(slot));
  if (nominated === undefined) return 0;
  const ahead = [...nominated.values()].filter(
    (other) => other.uid !== pod.metadata.uid && other.of.pods.priority >= record.pods.priority,
  );
  if (ahead.length === 0) return 0;
  for (const other of ahead) state.tentatively(other, 1);
  refresh(inquiry);
  const then = refusalAt(inquiry, slot);
  for (const other of ahead) state.tentatively(other, -1);
  refresh(inquiry);
  return then;
}

/** Points by score, weighted, in the order of `slots`; scores without an opinion are left out. */
export function pointsOf(inquiry: Inquiry, slots: Slots): ReadonlyMap<ScoreName, Float64Array> {
  const points = new Map<ScoreName, Float64Array>();
  for (const { name, score } of scores) {
    const weight = inquiry.profile.weights[name];
    if (weight === 0) continue;
    const column = new Float64Array(slots.length);
    if (!score(inquiry, slots, column)) continue;
    for (let at = 0; at < column.length; at++) column[at] = (column[at] ?? 0) * weight;
    points.set(name, column);
  }
  return points;
}

function choose(inquiry: Inquiry, feasible: readonly number[], seed: number): number {
  const [only] = feasible;
  if (feasible.length === 1 && only !== undefined) return only;
  const totals = new Float64Array(feasible.length);
  for (const column of pointsOf(inquiry, feasible).values())
    for (let at = 0; at < totals.length; at++) totals[at] = (totals[at] ?? 0) + (column[at] ?? 0);
  let largest = -Infinity;
  for (const total of totals) if (total > largest) largest = total;
  const best: number[] = [];
  for (let at = 0; at < totals.length; at++) if (totals[at] === largest) best.push(at);
  return feasible[best[mix(seed, 0) % best.length] ?? 0] ?? 0;
}
