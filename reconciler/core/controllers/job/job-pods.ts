/** How a Job knows its pods: the finalizer that keeps a pod until it was counted, its index, and when it ended. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { isPodDeleted, isPodTerminal, podCondition } from '../../model/pod-status.ts';
import { parseTime } from '../../model/time.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const completionIndexKey = 'batch.kubernetes.io/job-completion-index';

export function isTracked(object: KubeObject): boolean {
  return (object.metadata.finalizers ?? []).includes(trackingFinalizer);
}

export function withTracking<T extends KubeObject>(object: T): T {
  if (isTracked(object)) return object;
  const finalizers = [...(object.metadata.finalizers ?? []), trackingFinalizer];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

export function withoutTracking<T extends KubeObject>(object: T): T {
  const { finalizers = [], ...rest } = object.metadata;
  const kept = finalizers.filter((name) => name !== trackingFinalizer);
  return { ...object, metadata: kept.length === 0 ? rest : { ...rest, finalizers: kept } };
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

/** The index that a pod works on; undefined where it has none. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[completionIndexKey];
  const index = text === undefined || text === '' ? -1 : Number(text);
  return Number.isSafeInteger(index) && index >= 0 ? index : undefined;
}

/** The index where the job still has it: an elastic job may have shrunk. */
export function validIndex(pod: Pod, job: Job): number | undefined {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0) ? index : undefined;
}

/** Deleted, and its containers may still run. */
export function isTerminating(pod: Pod): boolean {
  return isPodDeleted(pod) && !isPodTerminal(pod);
}

/** Whether a pod is replaced only once its containers have ended. */
export function replacesFailedOnly(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy !== undefined;
}

/**
 * Whether the pod counts as failed. One that is deleted does at once, unless the job waits for the end of its
 * containers; then one does that has no grace left, of which nobody will report any more.
 */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (!isTerminating(pod)) return false;
  return !replacesFailedOnly(job) || pod.metadata.deletionGracePeriodSeconds === 0;
}

/** When the pod's last container ended, or the closest that is known of it. */
export function finishedMs(pod: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  const ready = podCondition(pod, 'Ready');
  const unreadyMs = ready?.status === 'False' ? parseTime(ready.lastTransitionTime ?? '') : undefined;
  const deletedMs = parseTime(deletionTimestamp ?? '');
  return (
    containersEndedMs(pod) ??
    unreadyMs ??
    (deletedMs === undefined ? undefined : deletedMs - deletionGracePeriodSeconds * 1000) ??
    parseTime(creationTimestamp ?? '') ??
    0
  );
}

function containersEndedMs(pod: Pod): number | undefined {
  let lastMs: number | undefined;
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const endedMs = parseTime(state?.terminated?.finishedAt ?? '');
    if (endedMs === undefined) return undefined;
    lastMs = Math.max(lastMs ?? endedMs, endedMs);
  }
  return lastMs;
}
