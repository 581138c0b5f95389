/** A Job's status after one plan. */
import type { Job, JobStatus } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodReady } from '../../model/pod-status.ts';
import { formatTime } from '../../model/time.ts';
import type { Census } from './census.ts';
import { formatIndexes, sizeOf } from './index-set.ts';
import { isIndexed } from './job-pods.ts';
import { conditionThatHolds, type Said, withSaid } from './job-conditions.ts';
import type { Tally } from './tally.ts';

/** What the plan leaves behind. */
interface Aftermath {
  readonly startTime: string | undefined;
  /** Pods that run on. */
  readonly active: readonly Pod[];
  readonly created: number;
  readonly terminating: number;
  /** What the conditions say from now on, besides what they said. */
  readonly said: readonly Said[];
  readonly nowMs: number;
}

export function statusAfter({ job, ...census }: Census, tally: Tally, after: Aftermath): JobStatus {
  const { created, terminating, startTime, nowMs } = after;
  const active = after.active.length + created;
  const succeeded = isIndexed(job)
    ? sizeOf(census.succeededIndexes)
    : census.before.succeeded + tally.succeeded.length;
  const failed = census.before.failed + tally.failed.length;
  const completed = formatIndexes(census.succeededIndexes);
  const conditions = after.said.reduce(
    (list, said) => withSaid(list, said, nowMs),
    job.status?.conditions ?? [],
  );
  const isDone = after.said.some(({ type }) => type === 'Complete');
  const completionTime = isDone ? formatTime(nowMs) : job.status?.completionTime;
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(active === 0 ? {} : { active }),
    ready: after.active.filter(isPodReady).length,
    terminating,
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
    ...(completed === '' ? {} : { completedIndexes: completed }),
    ...(census.failedIndexes === undefined ? {} : { failedIndexes: formatIndexes(census.failedIndexes) }),
    uncountedTerminatedPods: {},
  };
}

/**
 * When the job began: with its first plan that is not suspended, anew whenever it is resumed, so that its deadline
 * counts the time that it runs without a break.
 */
export function startTimeOf(job: Job, nowMs: number): string | undefined {
  const known = job.status?.startTime;
  if (job.spec?.suspend === true) return known;
  const isSettled =
    job.metadata.deletionTimestamp !== undefined ||
    conditionThatHolds(job, 'SuccessCriteriaMet') !== undefined ||
    conditionThatHolds(job, 'FailureTarget') !== undefined;
  const resumes = !isSettled && conditionThatHolds(job, 'Suspended') !== undefined;
  return resumes || known === undefined ? formatTime(nowMs) : known;
}
