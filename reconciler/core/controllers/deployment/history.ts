/** How many old, empty ReplicaSets a Deployment keeps to go back to. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { revisionOf } from './annotations.ts';
import { type Rollout, sizeOf } from './rollout.ts';

const historyLimitDefault = 10;

/** Old sets beyond `spec.revisionHistoryLimit`, the oldest revisions; only empty ones that know that they are. */
export function forgottenSets(rollout: Rollout): readonly ReplicaSet[] {
  const limit = rollout.spec.revisionHistoryLimit ?? historyLimitDefault;
  const kept = rollout.oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = Math.max(0, kept.length - limit);
  return kept
    .toSorted((left, right) => (revisionOf(left) < revisionOf(right) ? -1 : 1))
    .slice(0, surplus)
    .filter(isEmpty);
}

function isEmpty(set: ReplicaSet): boolean {
  const observed = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
  return sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && observed;
}
