/** A rolling update's next step: never above replicas + surge, never below replicas - unavailable. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
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

/** The size that the new set may have now, when it has `size`. */
export function newSetSize(rollout: Rollout, size: number): number {
  if (!isRolling(rollout.spec)) return rollout.replicas;
  const room = rollout.replicas + rollout.maxSurge - sum(allSets(rollout), sizeOf);
  return room <= 0 ? size : size + Math.min(room, rollout.replicas - size);
}

/** Grows the new set where there is room, else shrinks the old ones where enough pods are available. */
export function rollingUpdate(rollout: Rollout): SetChanges {
  const { newSet, replicas } = rollout;
  if (newSet === undefined) return noSetChanges;
  const size = sizeOf(newSet);
  const next = size > replicas ? replicas : size < replicas ? newSetSize(rollout, size) : size;
  if (next !== size) return { sizes: new Map([[nameOf(newSet), next]]) };
  return { sizes: oldSizes(rollout) };
}

/**
 * Available pods that the set keeps. Its status may be older than its size: pods beyond the size are as good as
 * gone, and counting on them would take away the last ones that serve.
 */
function stayingOf(set: ReplicaSet): number {
  return Math.min(sizeOf(set), availableOf(set));
}

function oldSizes(rollout: Rollout): ReadonlyMap<string, number> {
  const { newSet, oldSets, replicas, maxUnavailable } = rollout;
  const sizes = new Map(oldSets.filter((set) => sizeOf(set) > 0).map((set) => [nameOf(set), sizeOf(set)]));
  if (sizes.size === 0 || newSet === undefined) return sizes;
  const minAvailable = replicas - maxUnavailable;
  const newUnavailable = sizeOf(newSet) - stayingOf(newSet);
  const removable = sum(allSets(rollout), sizeOf) - minAvailable - newUnavailable;
  if (removable <= 0) return new Map();
  // Pods that serve nobody go first: a broken old revision must not hold up its successor.
  let broken = removable;
  for (const set of oldSets) {
    const size = sizes.get(nameOf(set)) ?? 0;
    const gone = Math.min(broken, Math.max(0, size - stayingOf(set)));
    if (gone === 0) continue;
    sizes.set(nameOf(set), size - gone);
    broken -= gone;
  }
  let serving = sum(allSets(rollout), stayingOf) - minAvailable;
  for (const set of oldSets) {
    const size = sizes.get(nameOf(set)) ?? 0;
    const gone = Math.min(Math.max(0, serving), size);
    if (gone === 0) continue;
    sizes.set(nameOf(set), size - gone);
    serving -= gone;
  }
  return sizes;
}
