/** Columns of jobs and cron jobs. */
import type { CronJob, Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import { parseTime } from '../../model/time.ts';
import { ageColumn, type ColumnTable, columnTable, count, flag, nameColumn, text, wide } from '../column.ts';
import { ageOf, humanDuration } from '../duration.ts';
import { containerImages, containerNames, none, selectorOrNone } from '../texts.ts';
import { containersText, imagesText, selectorDescription } from './workloads.ts';

const jobs = columnTable<Job>([
  nameColumn,
  text('Status', 'Where the job stands.', jobStatus),
  text('Completions', 'Pods that have succeeded, of those wanted.', completions),
  text('Duration', 'Time that the job took, or has taken so far.', jobDuration),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => selectorOrNone(spec?.selector)),
]);

const cronJobs = columnTable<CronJob>([
  nameColumn,
  text('Schedule', 'When jobs are started, as a cron expression.', ({ spec }) => spec?.schedule ?? ''),
  text('Timezone', 'Time zone of the schedule.', ({ spec }) => spec?.timeZone ?? none),
  { ...flag<CronJob>('Suspend', 'Whether no more jobs are started.', () => false), cell: suspended },
  count('Active', 'Jobs that run now.', ({ status }) => status?.active?.length),
  text('Last Schedule', 'When a job was last started.', ({ status }, nowMs) =>
    status?.lastScheduleTime === undefined ? none : ageOf(status.lastScheduleTime, nowMs),
  ),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.jobTemplate.spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.jobTemplate.spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => selectorOrNone(spec?.jobTemplate.spec?.selector)),
]);

export const jobColumns: Readonly<Record<string, ColumnTable>> = {
  'batch/CronJob': cronJobs,
  'batch/Job': jobs,
};

/** kube-apiserver prints this one boolean as text. */
function suspended({ spec }: CronJob): string {
  return spec?.suspend === undefined ? unsetFlag : spec.suspend ? 'True' : 'False';
}

const unsetFlag = '<unset>';

/** The first of these that holds is shown. */
const lateConditions = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

function jobStatus({ metadata, status }: Job): string {
  const holds = (type: string): boolean =>
    status?.conditions?.find((condition) => condition.type === type)?.status === 'True';
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return lateConditions.find(holds) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: Job, nowMs: number): string {
  const { startTime, completionTime } = status ?? {};
  if (startTime === undefined) return '';
  const endMs = completionTime === undefined ? nowMs : parseTime(completionTime);
  return humanDuration((endMs ?? nowMs) - (parseTime(startTime) ?? nowMs));
}
