/** A changed `spec.replicas`: outside a rollout one set takes it, within one it is shared out in proportion. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { desiredReplicasAnnotation, maxReplicasAnnotation, numberIn } from './annotations.ts';
import {
  type Rollout,
  type SetChanges,
  allSets,
  availableOf,
  isRolling,
  nameOf,
  noSetChanges,
  sizeOf,
  sum,
} from './rollout.ts';

/** Whether an active set was sized for another `spec.replicas` than today's. */
export function isScaling(rollout: Rollout): boolean {
  return active(rollout).some((set) => {
    const desired = numberIn(set, desiredReplicasAnnotation);
    return desired !== undefined && desired !== rollout.replicas;
  });
}

function active(rollout: Rollout): readonly ReplicaSet[] {
  return allSets(rollout).filter((set) => sizeOf(set) > 0);
}

export function scale(rollout: Rollout): SetChanges {
  const { newSet, oldSets, replicas } = rollout;
  const sets = active(rollout);
  const only = sets.length === 0 ? (newSet ?? oldSets.at(-1)) : sets.length === 1 ? sets[0] : undefined;
  if (only !== undefined) return { sizes: new Map([[nameOf(only), replicas]]) };
  if (newSet !== undefined && isSaturated(newSet, replicas)) {
    return { sizes: new Map(sets.filter((set) => set !== newSet).map((set) => [nameOf(set), 0])) };
  }
  return isRolling(rollout.spec) && sets.length > 0
    ? { sizes: proportionalSizes(rollout, sets) }
    : noSetChanges;
}

/** The new set has all its pods, sized for today's number: the old ones are not needed. */
function isSaturated(set: ReplicaSet, replicas: number): boolean {
  return (
    sizeOf(set) === replicas &&
    numberIn(set, desiredReplicasAnnotation) === replicas &&
    availableOf(set) === replicas
  );
}

/** Each set grows or shrinks by its share; the largest takes what rounding leaves. */
function proportionalSizes(rollout: Rollout, sets: readonly ReplicaSet[]): ReadonlyMap<string, number> {
  const allowed = rollout.replicas > 0 ? rollout.replicas + rollout.maxSurge : 0;
  const toAdd = allowed - sum(sets, sizeOf);
  const largestFirst = toSortedBySize(sets, toAdd > 0);
  const sizes = new Map<string, number>();
  let added = 0;
  for (const set of largestFirst) {
    const share = toAdd === 0 ? 0 : proportion(rollout, set, toAdd, added);
    sizes.set(nameOf(set), sizeOf(set) + share);
    added += share;
  }
  const largest = largestFirst[0];
  if (largest !== undefined && toAdd !== 0) {
    sizes.set(nameOf(largest), Math.max(0, (sizes.get(nameOf(largest)) ?? 0) + toAdd - added));
  }
  return sizes;
}

/** Largest first; of equal ones the newer first when growing, the older first when shrinking. */
function toSortedBySize(sets: readonly ReplicaSet[], newerFirst: boolean): readonly ReplicaSet[] {
  const ordered = newerFirst ? sets.toReversed() : sets;
  return ordered.toSorted((left, right) => sizeOf(right) - sizeOf(left));
}

function proportion(rollout: Rollout, set: ReplicaSet, toAdd: number, added: number): number {
  if (sizeOf(set) === 0 || toAdd === added) return 0;
  const share = fraction(rollout, set);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

/** How much the set changes if it keeps its share of the whole. */
function fraction(rollout: Rollout, set: ReplicaSet): number {
  if (rollout.replicas === 0) return -sizeOf(set);
  const before = numberIn(set, maxReplicasAnnotation) ?? rollout.deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return Math.round((sizeOf(set) * (rollout.replicas + rollout.maxSurge)) / before) - sizeOf(set);
}
