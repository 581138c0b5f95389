/** Conditions of a Job: which are there, and how one is written. */
import type { Job, JobCondition } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import { formatTime } from '../../model/time.ts';

type Conditions = readonly JobCondition[];

export function conditionThatHolds(job: Job, type: string): JobCondition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** The condition that says how the job ended; undefined while it goes on. */
export function endOf(job: Job): JobCondition | undefined {
  return conditionThatHolds(job, 'Complete') ?? conditionThatHolds(job, 'Failed');
}

/** What a condition says; its times are those of the writing. */
export interface Said {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * `conditions` with one that says this. Nothing changes where it is said already, nor where something is denied that
 * was never there.
 */
export function withSaid(conditions: Conditions, said: Said, nowMs: number): Conditions {
  const index = conditions.findIndex(({ type }) => type === said.type);
  const known = conditions[index];
  if (known === undefined && said.status === 'False') return conditions;
  const same =
    known?.status === said.status && known.reason === said.reason && known.message === said.message;
  if (same) return conditions;
  const now = formatTime(nowMs);
  const { type, ...rest } = said;
  const condition = { type, ...rest, lastProbeTime: now, lastTransitionTime: now };
  return known === undefined ? [...conditions, condition] : conditions.with(index, condition);
}
