/**
 * How long a Job waits before it replaces failed pods: ten seconds after the first failure, doubled with each further
 * one up to ten minutes, from the start again once a pod succeeds. The count is kept on the Job itself, so that it
 * outlives failed pods and the reconciler.
 */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import { finishedMs } from './job-pods.ts';

const backoffFirstMs = 10_000;
const backoffMaxMs = 600_000;

/** Failures since the last success, and when the last one was: `3 2026-01-01T00:00:00Z`. */
export const backoffAnnotation = 'batch.berth.dev/pod-failures';

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

/**
 * Milliseconds from now until a replacement may start. A failure that lies further ahead than the wait is long was
 * seen by a clock that has been set since, and says nothing.
 */
export function backoffMs(failures: number, lastMs: number, nowMs: number): number {
  if (failures === 0) return 0;
  const wholeMs = Math.min(backoffFirstMs * 2 ** (failures - 1), backoffMaxMs);
  return lastMs - nowMs > wholeMs ? 0 : Math.max(0, lastMs + wholeMs - nowMs);
}

/** What is known of the job's failures after these pods ended as well. */
export function failuresAfter(job: Job, succeeded: readonly Pod[], failed: readonly Pod[]): Failures {
  const before = recorded(job);
  const successMs = succeeded.length === 0 ? undefined : Math.max(...succeeded.map(finishedMs));
  const known = successMs === undefined ? before : none;
  const times = failed.map(finishedMs).filter((ms) => successMs === undefined || ms > successMs);
  return {
    count: known.count + times.length,
    lastMs: times.length === 0 ? known.lastMs : Math.max(...times),
  };
}

const none: Failures = { count: 0, lastMs: 0 };

function recorded({ metadata }: Job): Failures {
  const [count = '', time = ''] = (metadata.annotations?.[backoffAnnotation] ?? '').split(' ');
  const lastMs = parseTime(time);
  return /^\d{1,9}$/.test(count) && lastMs !== undefined ? { count: Number(count), lastMs } : none;
}

/** The job with the count written on it, or without one where nothing failed. */
export function withFailures(job: Job, failures: Failures): Job {
  const { annotations = {}, ...metadata } = job.metadata;
  const { [backoffAnnotation]: _, ...others } = annotations;
  const kept =
    failures.count === 0
      ? others
      : { ...others, [backoffAnnotation]: `${failures.count} ${formatTime(failures.lastMs)}` };
  return {
    ...job,
    metadata: Object.keys(kept).length === 0 ? metadata : { ...metadata, annotations: kept },
  };
}

export function withoutFailures(job: Job): Job {
  return withFailures(job, none);
}
