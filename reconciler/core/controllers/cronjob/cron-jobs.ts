/** The Jobs of a CronJob: how one is named and made, and which of them run, have ended, or are too many. */
import type { CronJob, Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import type { ClusterView } from '../../model/view.ts';
import { controllerReference, isControlledBy } from '../owner.ts';
import { conditionThatHolds, endOf } from '../job/job-conditions.ts';
import { offsetMs } from './zone-offset.ts';

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export function jobsOf(cron: CronJob, view: ClusterView): readonly Job[] {
  return view
    .ownedBy(cron.metadata.uid ?? '')
    .filter(isJob)
    .filter((job) => isControlledBy(job, cron));
}

function isJob(object: KubeObject): object is Job {
  return object.apiVersion === 'batch/v1' && object.kind === 'Job';
}

/** One name for one scheduled time, so that no time is run twice: `NAME-MINUTES`, counted from 1970. */
export function jobName(cron: CronJob, scheduledMs: number): string {
  return `${cron.metadata.name ?? ''}-${Math.floor(scheduledMs / 60_000)}`;
}

/** Whether the job was made for one of the CronJob's times, not by hand. */
export function isScheduled(cron: CronJob, { metadata }: Job): boolean {
  const scheduledMs = parseTime(metadata.annotations?.[scheduledAnnotation] ?? '');
  return scheduledMs !== undefined && metadata.name === jobName(cron, scheduledMs);
}

export function newJob(cron: CronJob, scheduledMs: number): Job {
  const { metadata: { labels, annotations } = {}, spec } = cron.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cron, scheduledMs),
      namespace: cron.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      annotations: {
        ...annotations,
        [scheduledAnnotation]: localTime(scheduledMs, cron.spec.timeZone ?? 'UTC'),
      },
      ownerReferences: [controllerReference(cron)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** RFC 3339 with the zone's offset. */
function localTime(ms: number, zone: string): string {
  const offset = offsetMs(zone, ms);
  if (offset === 0) return formatTime(ms);
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${formatTime(ms + offset).slice(0, -1)}${sign}${part(minutes / 60)}:${part(minutes % 60)}`;
}

/** Finished jobs beyond the history limits, the oldest of each kind. */
export function pastHistory({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const there = jobs.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [
    ...tooMany(there, 'Complete', spec.successfulJobsHistoryLimit),
    ...tooMany(there, 'Failed', spec.failedJobsHistoryLimit),
  ];
}

function tooMany(jobs: readonly Job[], end: string, limit: number | undefined): readonly Job[] {
  const ended = jobs.filter((job) => endOf(job)?.type === end).sort(byStart);
  return limit === undefined ? [] : ended.slice(0, Math.max(0, ended.length - limit));
}

/** What never started counts as the youngest. */
function byStart(left: Job, right: Job): number {
  const [a, b] = [left, right].map(({ status }) => parseTime(status?.startTime ?? '') ?? Infinity) as [
    number,
    number,
  ];
  if (a !== b) return a < b ? -1 : 1;
  return (left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1;
}

/** When the last job that succeeded did so, `known` among them. */
export function lastSuccess(jobs: readonly Job[], known: string | undefined): string | undefined {
  let latest = known;
  for (const job of jobs) {
    const time = conditionThatHolds(job, 'Complete') === undefined ? undefined : job.status?.completionTime;
    if (time !== undefined && (parseTime(latest ?? '') ?? -Infinity) < (parseTime(time) ?? -Infinity))
      latest = time;
  }
  return latest;
}
