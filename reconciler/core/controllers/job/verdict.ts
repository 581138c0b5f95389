/** Whether a Job has met its end, good or bad, before all its pods are gone: KEP-3998's and KEP-3329's conditions. */
import type { Job, SuccessPolicyRule } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import { parseTime } from '../../model/time.ts';
import type { Census } from './census.ts';
import { commonSize, type IndexSet, parseIndexes, sizeOf } from './index-set.ts';
import { isFailed, isIndexed } from './job-pods.ts';
import { conditionThatHolds } from './job-conditions.ts';
import { failureVerdict } from './pod-failure-policy.ts';

/** The interim condition; once the last pod is gone, Complete or Failed follow with the same reason. */
export interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

function failure(reason: string, message: string): Verdict {
  return { type: 'FailureTarget', reason, message };
}

export const completionsReached: Verdict = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/** `startedMs` is when the job's deadline began to run; undefined while it does not. The first that holds counts. */
export function verdictOf(census: Census, startedMs: number | undefined, nowMs: number): Verdict | undefined {
  return (
    standing(census.job) ??
    byFailurePolicy(census) ??
    byLimits(census, startedMs, nowMs) ??
    byFailedIndexes(census) ??
    bySuccessPolicy(census)
  );
}

/** A verdict is never taken back. */
function standing(job: Job): Verdict | undefined {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const condition = conditionThatHolds(job, type);
    if (condition === undefined) continue;
    return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function byFailurePolicy({ job, pods }: Census): Verdict | undefined {
  if (job.spec?.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const message = isFailed(pod, job) ? failureVerdict(job, pod).failJob : undefined;
    if (message !== undefined) return failure('PodFailurePolicy', message);
  }
  return undefined;
}

function byLimits(census: Census, startedMs: number | undefined, nowMs: number): Verdict | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds } = census.job.spec ?? {};
  if (census.failed > backoffLimit || restartedTooOften(census))
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const late =
    startedMs !== undefined &&
    activeDeadlineSeconds !== undefined &&
    nowMs >= startedMs + activeDeadlineSeconds * 1000;
  return late ? failure('DeadlineExceeded', 'Job was active longer than specified deadline') : undefined;
}

/** Containers that are restarted in their pods count as the pods' failures would. */
function restartedTooOften({ job, pods }: Census): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const list of [status.initContainerStatuses, status.containerStatuses])
      for (const { restartCount } of list ?? []) restarts += restartCount;
  }
  const { backoffLimit = 6 } = job.spec;
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function byFailedIndexes({ job, failedIndexes, succeededIndexes }: Census): Verdict | undefined {
  if (failedIndexes === undefined) return undefined;
  const { completions = 0, maxFailedIndexes } = job.spec ?? {};
  const failed = sizeOf(failedIndexes);
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
    return failure(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  return failed > 0 && failed + sizeOf(succeededIndexes) >= completions
    ? failure('FailedIndexes', 'Job has failed indexes')
    : undefined;
}

function bySuccessPolicy({ job, succeededIndexes }: Census): Verdict | undefined {
  if (!isIndexed(job) || succeededIndexes.length === 0) return undefined;
  const rules = job.spec?.successPolicy?.rules ?? [];
  const index = rules.findIndex((rule) => isMet(rule, succeededIndexes, job.spec?.completions ?? 0));
  return index < 0
    ? undefined
    : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: `Matched rules at index ${index}` };
}

function isMet(rule: SuccessPolicyRule, succeeded: IndexSet, completions: number): boolean {
  if (rule.succeededIndexes === undefined)
    return rule.succeededCount !== undefined && sizeOf(succeeded) >= rule.succeededCount;
  const wanted = parseIndexes(rule.succeededIndexes, completions);
  return commonSize(wanted, succeeded) >= (rule.succeededCount ?? sizeOf(wanted));
}

/** Since when the job runs, as its deadline counts it; undefined while it is suspended. */
export function deadlineStartMs(job: Job, startTime: string | undefined): number | undefined {
  return job.spec?.suspend === true ? undefined : parseTime(startTime ?? '');
}
