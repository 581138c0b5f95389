/** A StatefulSet's counts, and how far its update is. */
import type { StatefulSetStatus } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { availableInMs, isPodDeleted } from '../../model/pod-status.ts';
import { replicasOf, revisionOfPod } from './identity.ts';
import { isAvailable, isRunningAndReady, type Rollout } from './rollout.ts';

/** The status, and when it changes by time alone. Zeros are left out where Kubernetes leaves them out. */
export function statefulSetStatus(
  rollout: Rollout,
  collisions: number,
): { readonly status: StatefulSetStatus; readonly nextInMs: number | undefined } {
  const { set, current, update } = rollout;
  const [currentName, updateName] = [current.metadata.name ?? '', update.metadata.name ?? ''];
  const counts = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 };
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  let nextInMs: number | undefined;
  for (const pod of [...rollout.replicas, ...rollout.condemned]) {
    if (pod === undefined) continue;
    counts.replicas += 1;
    if (isRunningAndReady(pod)) counts.ready += 1;
    if (isAvailable(rollout, pod)) counts.available += 1;
    const inMs = availableInMs(pod, minReadySeconds, rollout.nowMs) ?? 0;
    if (inMs > 0 && (nextInMs === undefined || inMs < nextInMs)) nextInMs = inMs;
    if (isPodDeleted(pod)) continue;
    if (revisionOfPod(pod) === currentName) counts.current += 1;
    if (revisionOfPod(pod) === updateName) counts.updated += 1;
  }
  const complete = isComplete(rollout, counts);
  const currentCount = complete ? counts.updated : counts.current;
  const status = {
    replicas: counts.replicas,
    ...(counts.ready === 0 ? {} : { readyReplicas: counts.ready }),
    availableReplicas: counts.available,
    ...(currentCount === 0 ? {} : { currentReplicas: currentCount }),
    ...(counts.updated === 0 ? {} : { updatedReplicas: counts.updated }),
    currentRevision: complete ? updateName : currentName,
    updateRevision: updateName,
    collisionCount: collisions,
    observedGeneration: set.metadata.generation ?? 0,
    // Nobody here has conditions to tell; others' are theirs.
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
  return { status, nextInMs };
}

/** Every replica is of the new revision and ready: then it is the current one. */
function isComplete(
  { set }: Rollout,
  counts: { readonly replicas: number; readonly ready: number; readonly updated: number },
): boolean {
  const wanted = replicasOf(set);
  const type = set.spec?.updateStrategy?.type ?? 'RollingUpdate';
  return (
    type === 'RollingUpdate' &&
    counts.updated === wanted &&
    counts.ready === wanted &&
    counts.replicas === wanted
  );
}
