/** A Job's pods sorted by what they mean for it, with those that ended since the status was written counted in. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodActive } from '../../model/pod-status.ts';
import { awaitingReplacement, endsIndex, hasIndexLimit } from './index-failures.ts';
import { type IndexSet, indexSet, parseIndexes, sizeOf, union } from './index-set.ts';
import { isFailed, isIndexed, isTerminating, isTracked, validIndex } from './job-pods.ts';
import { failureVerdict } from './pod-failure-policy.ts';

export interface Census {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Pods that the status counts already although they still bear the finalizer. */
  readonly counted: ReadonlySet<string>;
  /** Pods of the status' counters, those on its uncounted lists among them. */
  readonly before: { readonly succeeded: number; readonly failed: number };
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: IndexSet;
  /** Of jobs with a limit for each index. */
  readonly failedIndexes: IndexSet | undefined;
  /** Failed pods that are kept until their index runs again. */
  readonly kept: ReadonlyMap<number, Pod>;
}

export function censusOf(job: Job, pods: readonly Pod[]): Census {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted = {} } = job.status ?? {};
  const before = {
    succeeded: succeeded + (uncounted.succeeded ?? []).length,
    failed: failed + (uncounted.failed ?? []).length,
  };
  const counted = new Set([...(uncounted.succeeded ?? []), ...(uncounted.failed ?? [])]);
  const active = pods.filter(isPodActive);
  const fresh = pods.filter((pod) => isTracked(pod) && !counted.has(pod.metadata.uid ?? ''));
  const ours = isIndexed(job) ? fresh.filter((pod) => validIndex(pod, job) !== undefined) : fresh;
  const newSucceeded = ours.filter((pod) => pod.status?.phase === 'Succeeded');
  const newFailed = ours.filter((pod) => isFailed(pod, job));
  const indexes = indexesOf(job, newSucceeded, newFailed);
  const counts = newFailed.filter((pod) => failureVerdict(job, pod).counts).length;
  return {
    ...{ job, pods, active, counted, before },
    terminating: pods.filter(isTerminating),
    succeeded: isIndexed(job) ? sizeOf(indexes.succeeded) : before.succeeded + newSucceeded.length,
    failed: before.failed + counts,
    succeededIndexes: indexes.succeeded,
    failedIndexes: indexes.failed,
    kept: keptPods(job, newFailed, indexes, active),
  };
}

function keptPods(
  job: Job,
  failed: readonly Pod[],
  ended: EndedIndexes,
  active: readonly Pod[],
): ReadonlyMap<number, Pod> {
  if (ended.failed === undefined || failed.length === 0) return new Map();
  const settled = union(ended.succeeded, ended.failed, indexSet(indexesOfPods(active, job)));
  return awaitingReplacement(job, failed, settled);
}

interface EndedIndexes {
  readonly succeeded: IndexSet;
  readonly failed: IndexSet | undefined;
}

function indexesOf(job: Job, succeeded: readonly Pod[], failed: readonly Pod[]): EndedIndexes {
  if (!isIndexed(job)) return { succeeded: [], failed: undefined };
  const completions = job.spec?.completions ?? 0;
  const known = (text: string | undefined): IndexSet => parseIndexes(text, completions);
  const ended = failed.filter((pod) => hasIndexLimit(job) && endsIndex(job, pod));
  return {
    succeeded: union(known(job.status?.completedIndexes), indexSet(indexesOfPods(succeeded, job))),
    failed: hasIndexLimit(job)
      ? union(known(job.status?.failedIndexes), indexSet(indexesOfPods(ended, job)))
      : undefined,
  };
}

/** The indexes that these pods work on, as far as the job still has them. */
export function indexesOfPods(pods: readonly Pod[], job: Job): readonly number[] {
  return pods.map((pod) => validIndex(pod, job)).filter((index) => index !== undefined);
}
