/** A DaemonSet's counts: of each node the oldest of its pods counts. */
import type { DaemonSetStatus } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { availableInMs, isPodReady } from '../../model/pod-status.ts';
import { isUpdated } from './daemon-pod.ts';
import type { Rollout } from './rollout.ts';

/** The status, and when it changes by time alone. Zeros are left out where Kubernetes leaves them out. */
export function daemonSetStatus(
  rollout: Rollout,
  collisions: number,
): { readonly status: DaemonSetStatus; readonly nextInMs: number | undefined } {
  const { set, hash, desired, nowMs } = rollout;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const counts = { current: 0, ready: 0, available: 0, updated: 0, misscheduled: 0 };
  let nextInMs: number | undefined;
  for (const { verdict, pods } of rollout.nodes) {
    const pod = pods[0];
    if (pod === undefined) continue;
    if (verdict !== 'runs') {
      counts.misscheduled += 1;
      continue;
    }
    counts.current += 1;
    if (isUpdated(set, pod, hash)) counts.updated += 1;
    if (isPodReady(pod)) counts.ready += 1;
    for (const one of pods) {
      const inMs = availableInMs(one, minReadySeconds, nowMs);
      if (one === pod && inMs === 0) counts.available += 1;
      if (inMs !== undefined && inMs > 0 && (nextInMs === undefined || inMs < nextInMs)) nextInMs = inMs;
    }
  }
  const unavailable = desired - counts.available;
  const status = {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: desired,
    numberReady: counts.ready,
    observedGeneration: set.metadata.generation ?? 0,
    ...(counts.updated === 0 ? {} : { updatedNumberScheduled: counts.updated }),
    ...(counts.available === 0 ? {} : { numberAvailable: counts.available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(collisions === 0 && set.status?.collisionCount === undefined ? {} : { collisionCount: collisions }),
    // Nobody here has conditions to tell; others' are theirs.
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
  return { status, nextInMs };
}
