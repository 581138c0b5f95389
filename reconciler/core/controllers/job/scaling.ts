/** How many pods a Job runs now: which go, which are made, and how long it waits before it makes them. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { deletionOrder } from '../replicaset/deletion-order.ts';
import { backoffMs } from './backoff.ts';
import { type Census, indexesOfPods } from './census.ts';
import { hasIndexLimit, indexBackoffMs } from './index-failures.ts';
import { firstMissing, indexSet, union } from './index-set.ts';
import { completionIndex, isIndexed, replacesFailedOnly } from './job-pods.ts';

/** Pods created or deleted by one plan, as Kubernetes' MaxPodCreateDeletePerSync. */
export const podsPerPlan = 500;

export interface Scaling {
  /** Active pods that are taken away, without being counted. */
  readonly surplus: readonly Pod[];
  /** One entry for each pod to make: its index, or undefined for a job without. */
  readonly missing: readonly (number | undefined)[];
  /** Milliseconds until more pods may be made. */
  readonly waitMs?: number;
}

const settled: Scaling = { surplus: [], missing: [] };

export function scalingOf(
  census: Census,
  failures: { readonly count: number; readonly lastMs: number },
  nowMs: number,
): Scaling {
  const { job, active, terminating } = census;
  if (job.spec?.suspend === true) return { surplus: active.slice(0, podsPerPlan), missing: [] };
  const wanted = wantedActive(census);
  const surplus = surplusPods(job, active, Math.max(0, active.length - wanted), nowMs);
  if (surplus.length > 0) return { surplus: surplus.slice(0, podsPerPlan), missing: [] };
  const leaving = replacesFailedOnly(job) ? terminating.length : 0;
  const count = Math.min(wanted - leaving - active.length, podsPerPlan);
  if (count <= 0) return settled;
  if (hasIndexLimit(job)) return perIndex(census, missingIndexes(census, count), nowMs);
  const waitMs = backoffMs(failures.count, failures.lastMs, nowMs);
  if (waitMs > 0) return { ...settled, waitMs };
  const missing = isIndexed(job)
    ? missingIndexes(census, count)
    : Array.from({ length: count }, () => undefined);
  return { surplus: [], missing };
}

/** Without completions any success ends it: then what runs may end, and nothing is started. */
function wantedActive({ job, active, succeeded }: Census): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function missingIndexes(census: Census, count: number): readonly number[] {
  const { job, active, terminating, succeededIndexes, failedIndexes = [] } = census;
  const running = replacesFailedOnly(job) ? [...active, ...terminating] : active;
  const taken = union(succeededIndexes, failedIndexes, indexSet(indexesOfPods(running, job)));
  return firstMissing(taken, count, job.spec?.completions ?? 0);
}

/** Each index waits for itself. */
function perIndex({ kept }: Census, indexes: readonly number[], nowMs: number): Scaling {
  const waits = indexes.map((index) => indexBackoffMs(kept.get(index), nowMs));
  const waiting = waits.filter((ms) => ms > 0);
  return {
    surplus: [],
    missing: indexes.filter((_, place) => waits[place] === 0),
    ...(waiting.length === 0 ? {} : { waitMs: Math.min(...waiting) }),
  };
}

/** At least `count` pods, those first that nobody needs: of no index, of one beyond the job's, of one that two have. */
function surplusPods(job: Job, active: readonly Pod[], count: number, nowMs: number): readonly Pod[] {
  if (count === 0 && (!isIndexed(job) || eachNeeded(job, active))) return [];
  const ordered = deletionOrder(active, new Map(), nowMs);
  if (!isIndexed(job)) return ordered.slice(0, count);
  const keepers = new Map<number, Pod>();
  for (const pod of ordered) {
    const index = completionIndex(pod);
    if (index !== undefined && index < (job.spec?.completions ?? 0)) keepers.set(index, pod);
  }
  const needed = new Set(keepers.values());
  const useless = ordered.filter((pod) => !needed.has(pod));
  const others = ordered.filter((pod) => needed.has(pod));
  return [...useless, ...others.slice(0, Math.max(0, count - useless.length))];
}

/** Whether every pod has an index of its own that the job has still: the common case, without any sorting. */
function eachNeeded(job: Job, active: readonly Pod[]): boolean {
  return new Set(indexesOfPods(active, job)).size === active.length;
}
