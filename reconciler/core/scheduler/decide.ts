/** Chooses a node for one pod: filter until enough are found, score them, pick among the best. Changes nothing. */
import { mix } from '../model/seeded-suffix.ts';
import type { Diagnosis } from './diagnosis.ts';
import { refusalAt } from './filters/node-filters.ts';
import type { RefusalCode } from './filters/refusal.ts';
import { type Inquiry, refresh } from './inquiry.ts';
import { namedNodes } from './node-affinity.ts';
import { ScoredNodes } from './scored-nodes.ts';

export type Decision =
  | {
      readonly type: 'bind';
      readonly slot: number;
      /** What was compared, for pods of the same class that follow; absent where nothing was. */
      readonly scored?: ScoredNodes;
    }
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
  const [only] = found.feasible;
  if (found.feasible.length === 1 && only !== undefined) return { type: 'bind', slot: only };
  const scored = new ScoredNodes(inquiry, found.feasible);
  const slot = scored.choose(inquiry, seed);
  if (slot === undefined) throw new Error('of the nodes that were found, none can be chosen');
  return { type: 'bind', slot, scored };
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
  const refuse = inquiry.state.nominations.size === 0 ? refusalAt : refusalWithNominated;
  for (let step = 0; step < count && feasible.length < enough; step++) {
    const at = first + step;
    const slot = slots[at < count ? at : at - count] ?? 0;
    const code = refuse(inquiry, slot);
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
