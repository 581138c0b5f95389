/**
 * Failures of single indexes, for jobs with a backoffLimitPerIndex (KEP-3850). The counts are annotations that go from
 * a failed pod to its replacement; until there is one, the failed pod is kept.
 */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { backoffMs } from './backoff.ts';
import { hasIndex, type IndexSet } from './index-set.ts';
import { finishedMs, isFailed, validIndex } from './job-pods.ts';
import { failureVerdict } from './pod-failure-policy.ts';

const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
const ignoredCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function hasIndexLimit(job: Job): boolean {
  return job.spec?.backoffLimitPerIndex !== undefined;
}

function countOf(pod: Pod, key: string): number {
  const text = pod.metadata.annotations?.[key] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Failures of the index before this pod, those that the policy ignores too. */
function allFailures(pod: Pod): number {
  return countOf(pod, failureCountKey) + countOf(pod, ignoredCountKey);
}

/** Whether with this pod's end its index has failed for good. */
export function endsIndex(job: Job, pod: Pod): boolean {
  if (!isFailed(pod, job)) return false;
  const { counts, action } = failureVerdict(job, pod);
  if (action === 'FailIndex') return true;
  return counts && countOf(pod, failureCountKey) >= (job.spec?.backoffLimitPerIndex ?? 0);
}

/** The failed pod of each index that waits for its replacement. `settled` indexes have ended or run again. */
export function awaitingReplacement(
  job: Job,
  failed: readonly Pod[],
  settled: IndexSet,
): ReadonlyMap<number, Pod> {
  const waiting = new Map<number, Pod>();
  for (const pod of failed) {
    const index = validIndex(pod, job);
    if (index === undefined || hasIndex(settled, index)) continue;
    const other = waiting.get(index);
    const later =
      other === undefined || (allFailures(other) <= allFailures(pod) && finishedMs(other) <= finishedMs(pod));
    if (later) waiting.set(index, pod);
  }
  return waiting;
}

/** The annotations of the pod that takes over from `failed`, or starts the index. */
export function failureCounts(job: Job, failed: Pod | undefined): Readonly<Record<string, string>> {
  if (failed === undefined) return { [failureCountKey]: '0' };
  const { counts } = failureVerdict(job, failed);
  const counted = countOf(failed, failureCountKey) + (counts ? 1 : 0);
  const ignored = countOf(failed, ignoredCountKey) + (counts ? 0 : 1);
  return {
    [failureCountKey]: String(counted),
    ...(ignored === 0 ? {} : { [ignoredCountKey]: String(ignored) }),
  };
}

/** Milliseconds until the index of a failed pod may run again. */
export function indexBackoffMs(failed: Pod | undefined, nowMs: number): number {
  return failed === undefined ? 0 : backoffMs(allFailures(failed) + 1, finishedMs(failed), nowMs);
}
