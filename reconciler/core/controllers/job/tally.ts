/**
 * Which pods are counted and let go of now. A pod bears the tracking finalizer until the commit that counts it: no pod
 * is counted twice, and none ends unseen.
 */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Census } from './census.ts';
import { isFailed, isIndexed, isTracked, validIndex } from './job-pods.ts';
import { failureVerdict } from './pod-failure-policy.ts';
import type { Verdict } from './verdict.ts';

/** Pods counted by one plan, as Kubernetes' MaxUncountedPods: bounds the size of one commit. */
const countedMax = 500;

export interface Tally {
  /** Pods that lose the finalizer. */
  readonly released: readonly Pod[];
  /** Of these, those that the counters gain. */
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
  /** Whether more pods wait to be counted by the next plan. */
  readonly more: boolean;
}

export function tallyOf(census: Census, verdict: Verdict | undefined): Tally {
  const { job, counted } = census;
  const ready = census.pods.filter((pod) => isTracked(pod) && mayLeave(pod, census, verdict));
  const released = ready.slice(0, countedMax);
  const fresh = released.filter((pod) => !counted.has(pod.metadata.uid ?? ''));
  const ours = fresh.filter((pod) => !isIndexed(job) || validIndex(pod, job) !== undefined);
  return {
    released,
    succeeded: ours.filter(hasSucceeded),
    failed: ours.filter((pod) => !hasSucceeded(pod) && countsAsFailed(pod, census, verdict)),
    more: ready.length > released.length,
  };
}

function hasSucceeded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded';
}

function mayLeave(pod: Pod, { job, kept }: Census, verdict: Verdict | undefined): boolean {
  if (job.metadata.deletionTimestamp !== undefined || verdict !== undefined || hasSucceeded(pod)) return true;
  if (!isFailed(pod, job)) return false;
  const index = validIndex(pod, job);
  return index === undefined || kept.get(index) !== pod;
}

/** When a job fails, what still runs of it fails with it. */
function countsAsFailed(pod: Pod, { job }: Census, verdict: Verdict | undefined): boolean {
  if (!isFailed(pod, job) && verdict?.type !== 'FailureTarget') return false;
  return failureVerdict(job, pod).counts;
}
