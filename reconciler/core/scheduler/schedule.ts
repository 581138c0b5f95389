/** Chooses a node for one pod: filter, score, pick among the best. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { mix } from '../model/seeded-suffix.ts';
import { type Demand, capacityRefusals, demandOf, hasRoom } from './filters/capacity.ts';
import { staticRefusal } from './filters/table.ts';
import { type NodeSnapshot, hostPortsOf } from './node-snapshot.ts';
import { podRequests } from './pod-requests.ts';
import type { Scoring } from './scores/scoring.ts';
import { scores } from './scores/table.ts';

/** Points by score, weighted, and their sum. */
export interface NodeScore {
  readonly node: string;
  readonly total: number;
  readonly points: Readonly<Record<string, number>>;
}

export type Decision =
  | { readonly type: 'bind'; readonly node: string; readonly index: number; readonly scores: NodeScore }
  | { readonly type: 'none'; readonly reasons: ReadonlyMap<string, readonly string[]> };

/** What a planning round remembers about pods that are alike: which nodes the static filters refuse, and why. */
export type StaticRefusals = Map<string, readonly (string | undefined)[]>;

/** `seed` decides between nodes of equal score. Changes nothing: placing is the caller's. */
export function schedule(
  pod: Pod,
  snapshot: NodeSnapshot,
  seed: number,
  known: StaticRefusals = new Map(),
): Decision {
  const refusals = refusalsOf(pod, snapshot, known);
  const demand = demandOf(podRequests(pod), hostPortsOf(pod), snapshot);
  const feasible: number[] = [];
  for (let index = 0; index < refusals.length; index++) {
    if (refusals[index] === undefined && hasRoom(demand, snapshot, index)) feasible.push(index);
  }
  if (feasible.length === 0) return { type: 'none', reasons: reasonsOf(refusals, demand, snapshot) };
  const tally = tallied({ pod, snapshot, feasible });
  const best = pick(tally.totals, seed);
  const index = feasible[best] ?? 0;
  const node = nodeName(snapshot, index);
  return { type: 'bind', node, index, scores: scoreAt(tally, best, node) };
}

/** Every node's answer: the reasons against it, or its points. Sorted by total, refused ones last, then by name. */
export function consider(
  pod: Pod,
  snapshot: NodeSnapshot,
): readonly (NodeScore & { readonly reasons: readonly string[] })[] {
  const refusals = refusalsOf(pod, snapshot, new Map());
  const demand = demandOf(podRequests(pod), hostPortsOf(pod), snapshot);
  const reasons = refusals.map((refusal, index) =>
    refusal === undefined ? capacityRefusals(demand, snapshot, index) : [refusal],
  );
  const feasible = [...reasons.keys()].filter((index) => reasons[index]?.length === 0);
  const tally = tallied({ pod, snapshot, feasible });
  const answers = reasons.map((against, index) => {
    const node = nodeName(snapshot, index);
    const at = feasible.indexOf(index);
    return at < 0
      ? { node, total: 0, points: {}, reasons: against }
      : { ...scoreAt(tally, at, node), reasons: against };
  });
  return answers.sort(
    (a, b) => a.reasons.length - b.reasons.length || b.total - a.total || (a.node < b.node ? -1 : 1),
  );
}

function nodeName(snapshot: NodeSnapshot, index: number): string {
  return snapshot.nodes[index]?.metadata.name ?? '';
}

function refusalsOf(
  pod: Pod,
  snapshot: NodeSnapshot,
  known: StaticRefusals,
): readonly (string | undefined)[] {
  const { nodeName: name, nodeSelector, affinity, tolerations } = pod.spec ?? {};
  const key = canonicalJson([
    name ?? '',
    nodeSelector ?? {},
    affinity?.nodeAffinity ?? {},
    tolerations ?? [],
  ]);
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const refusals = snapshot.nodes.map((node) => staticRefusal(pod, node));
  known.set(key, refusals);
  return refusals;
}

function reasonsOf(
  refusals: readonly (string | undefined)[],
  demand: Demand,
  snapshot: NodeSnapshot,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    refusals.map((refusal, index) => [
      nodeName(snapshot, index),
      refusal === undefined ? capacityRefusals(demand, snapshot, index) : [refusal],
    ]),
  );
}

interface Tally {
  readonly totals: Float64Array;
  readonly points: ReadonlyMap<string, Float64Array>;
}

function tallied(scoring: Scoring): Tally {
  const count = scoring.feasible.length;
  const totals = new Float64Array(count);
  const points = new Map<string, Float64Array>();
  for (const { name, weight, score } of scores) {
    const column = new Float64Array(count);
    if (!score(scoring, column)) continue;
    for (let at = 0; at < count; at++) totals[at] = (totals[at] ?? 0) + weight * (column[at] ?? 0);
    points.set(
      name,
      column.map((value) => value * weight),
    );
  }
  return { totals, points };
}

function scoreAt(tally: Tally, at: number, node: string): NodeScore {
  const points = Object.fromEntries(
    [...tally.points].map(([name, column]) => [name, Math.round(column[at] ?? 0)]),
  );
  return { node, total: Math.round(tally.totals[at] ?? 0), points };
}

/** Position of one of the largest totals; totals within a hair of each other count as equal. */
function pick(totals: Float64Array, seed: number): number {
  let largest = -Infinity;
  for (const total of totals) if (total > largest) largest = total;
  const best: number[] = [];
  for (let at = 0; at < totals.length; at++) if ((totals[at] ?? 0) >= largest - 1e-6) best.push(at);
  return best[mix(seed, 0) % best.length] ?? 0;
}
