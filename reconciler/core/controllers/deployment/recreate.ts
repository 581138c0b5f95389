/** Recreate: every old pod is gone before the first new one is made. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodTerminal } from '../../model/pod-status.ts';
import { type Rollout, type SetChanges, nameOf, noSetChanges, sizeOf } from './rollout.ts';

/** Whether the old sets have no pod left, terminating ones included: only then the new set may start. */
export function oldPodsGone(rollout: Rollout): boolean {
  return rollout.oldSets.every((set) => {
    const pods = rollout.view.ownedBy(set.metadata.uid ?? '').filter((object) => object.kind === 'Pod');
    return sizeOf(set) === 0 && pods.every((pod) => isPodTerminal(pod as Pod));
  });
}

export function recreate(rollout: Rollout): SetChanges {
  const active = rollout.oldSets.filter((set) => sizeOf(set) > 0);
  if (active.length > 0) return { sizes: new Map(active.map((set) => [nameOf(set), 0])) };
  if (rollout.newSet === undefined || !oldPodsGone(rollout)) return noSetChanges;
  return { sizes: new Map([[nameOf(rollout.newSet), rollout.replicas]]) };
}
