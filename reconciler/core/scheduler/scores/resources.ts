/** Room that is left or taken, and its balance between resources. */
import type { Inquiry } from '../inquiry.ts';
import type { ResourceWeight, ScoringStrategy, ShapePoint } from '../profile.ts';
import { scoreMax } from './normalize.ts';
import type { Score, Slots } from './score.ts';

/** What one resource of a node would be with the pod there. */
interface Share {
  readonly used: Float64Array;
  readonly allocatable: Float64Array;
  readonly amount: number;
  readonly weight: number;
}

type Points = (used: number, allocatable: number, shape: readonly ShapePoint[]) => number;

const strategies: Readonly<Record<ScoringStrategy['type'], Points>> = {
  LeastAllocated: (used, all) => (used > all ? 0 : Math.floor(((all - used) * scoreMax) / all)),
  MostAllocated: (used, all) => Math.floor((Math.min(used, all) * scoreMax) / all),
  RequestedToCapacityRatio: (used, all, shape) =>
    used > all ? onShape(scoreMax, shape) : onShape(Math.floor((used * 100) / all), shape),
};

/** A shape's scores go to 10, a node's to 100. */
const shapeScale = 10;

/** The profile's strategy for `NodeResourcesFit`, weighed over its resources. */
export const resourcesFit: Score = (inquiry, slots, points) => {
  const { type, resources, shape } = inquiry.profile.fit;
  const shares = sharesOf(inquiry, resources, 'compared');
  const rate = strategies[type];
  // A ratio of nothing says nothing about the others, as kube-scheduler has it.
  const skipsZero = type === 'RequestedToCapacityRatio';
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] ?? 0;
    let sum = 0;
    let weights = 0;
    for (const { used, allocatable, amount, weight } of shares) {
      const all = allocatable[slot] ?? 0;
      if (all <= 0) continue;
      const rated = rate((used[slot] ?? 0) + amount, all, shape);
      if (skipsZero && rated === 0) continue;
      sum += rated * weight;
      weights += weight;
    }
    const share = weights === 0 ? 0 : sum / weights;
    points[at] = skipsZero ? Math.round(share) : Math.floor(share);
  }
  return true;
};

/** The closer the used shares of the resources are, the better; a pod that asks for nothing changes no balance. */
export const balancedAllocation: Score = (inquiry, slots, points) => {
  const shares = sharesOf(inquiry, inquiry.profile.balanced, 'requested');
  if (shares.every(({ amount }) => amount === 0)) return false;
  for (let at = 0; at < slots.length; at++) points[at] = balanceAt(shares, slots, at);
  return true;
};

function balanceAt(shares: readonly Share[], slots: Slots, at: number): number {
  const slot = slots[at] ?? 0;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const { used, allocatable, amount } of shares) {
    const all = allocatable[slot] ?? 0;
    if (all <= 0) continue;
    const fraction = Math.min(1, ((used[slot] ?? 0) + amount) / all);
    count++;
    sum += fraction;
    squares += fraction * fraction;
  }
  if (count === 0) return scoreMax;
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  // A hair below a whole number is an accident of floating point.
  return Math.floor((1 - deviation) * scoreMax + 1e-9);
}

/** cpu and memory may be compared with an assumed amount for containers that name none; others count where asked for. */
function sharesOf(
  { record, state }: Inquiry,
  resources: readonly ResourceWeight[],
  basis: 'compared' | 'requested',
): readonly Share[] {
  const { table } = state;
  const { pods } = record;
  return resources.flatMap(({ name, weight }): Share[] => {
    const { allocatable, requested } = table.column(name);
    if (basis === 'compared' && name === 'cpu')
      return [{ used: table.comparedCpu, allocatable, amount: pods.comparedCpu, weight }];
    if (basis === 'compared' && name === 'memory')
      return [{ used: table.comparedMemory, allocatable, amount: pods.comparedMemory, weight }];
    const amount = pods.requests.get(name) ?? 0;
    const always = name === 'cpu' || name === 'memory';
    return amount === 0 && !always ? [] : [{ used: requested, allocatable, amount, weight }];
  });
}

function onShape(utilization: number, shape: readonly ShapePoint[]): number {
  for (const [index, point] of shape.entries()) {
    if (utilization > point.utilization) continue;
    const before = shape[index - 1];
    if (before === undefined) return point.score * shapeScale;
    const along = (utilization - before.utilization) / (point.utilization - before.utilization);
    return Math.trunc((before.score + (point.score - before.score) * along) * shapeScale);
  }
  return (shape.at(-1)?.score ?? 0) * shapeScale;
}
