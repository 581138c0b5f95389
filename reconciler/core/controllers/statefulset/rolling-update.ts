/** A rolling update: pods of an older revision are removed from the largest ordinal down, and come back as new ones. */
import type { StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodDeleted } from '../../model/pod-status.ts';
import { replicasOf, revisionOfPod } from './identity.ts';
import { deletion } from './replicas.ts';
import { isAvailable, isUnavailable, type Rollout, type Step } from './rollout.ts';

/** Pods that an update may lack at a time: a number, or a percentage rounded down, but never none. */
function maxUnavailableOf(set: StatefulSet): number {
  const value = set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const count =
    typeof value === 'number' ? value : Math.floor((Number.parseInt(value, 10) * replicasOf(set)) / 100);
  return Math.max(1, count);
}

/** The pods to remove now. In order, nothing gets here while a pod is unavailable: a broken rollout waits. */
export function rollingUpdate(rollout: Rollout): Step {
  const { set, replicas, ordered } = rollout;
  if (set.spec?.updateStrategy?.type === 'OnDelete') return { changes: [], stops: false };
  const unavailable = replicas.filter((pod) => isUnavailable(rollout, pod)).length;
  const budget = maxUnavailableOf(set) - unavailable;
  const outdated = outdatedPods(rollout);
  // Side by side, pods of an old revision that do not serve are replaced at once: that costs nobody anything.
  const broken = ordered ? [] : outdated.filter((pod) => !isAvailable(rollout, pod));
  const serving = ordered ? outdated : outdated.filter((pod) => isAvailable(rollout, pod));
  const removed = [...broken, ...serving.slice(0, Math.max(0, budget))];
  return { changes: removed.map(deletion), stops: removed.length > 0 };
}

/** Pods of another revision than the newest, from the partition on, the largest ordinal first. */
function outdatedPods({ set, replicas, update }: Rollout): readonly Pod[] {
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  return replicas
    .slice(partition)
    .filter((pod): pod is Pod => pod !== undefined && !isPodDeleted(pod))
    .filter((pod) => revisionOfPod(pod) !== update.metadata.name)
    .toReversed();
}
