/** The list of running jobs on a CronJob's status, brought up to date, and what is to tell about it. */
import type { CronJob, Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { ObjectReference } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EventRecord } from '../../model/plan.ts';
import { eventsOf } from '../events.ts';
import { endOf } from '../job/job-conditions.ts';
import { isScheduled } from './cron-jobs.ts';

const events = eventsOf('cronjob-controller');

export interface ActiveJobs {
  readonly references: readonly ObjectReference[];
  readonly events: readonly EventRecord[];
}

/** Of all jobs that the CronJob controls, those that it started and that have not ended, in the order of the list. */
export function activeJobs(cron: CronJob, jobs: readonly Job[]): ActiveJobs {
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const told: EventRecord[] = [];
  const references: ObjectReference[] = [];
  for (const reference of cron.status?.active ?? []) {
    const { name = '', uid } = reference;
    const job = byUid.get(uid);
    const end = job && endOf(job);
    if (job === undefined) told.push(events.normal(cron, 'MissingJob', `Active job went missing: ${name}`));
    else if (end === undefined) references.push(reference);
    else {
      const message = `Saw completed job: ${name}, condition: ${end.type}`;
      told.push(events.normal(cron, 'SawCompletedJob', message));
    }
  }
  const listed = new Set((cron.status?.active ?? []).map(({ uid }) => uid));
  for (const job of jobs) {
    const { uid, name = '', deletionTimestamp } = job.metadata;
    if (listed.has(uid) || deletionTimestamp !== undefined || endOf(job) !== undefined) continue;
    if (isScheduled(cron, job)) references.push(referenceTo(job));
    else {
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      told.push(events.warning(cron, 'UnexpectedJob', message));
    }
  }
  return { references, events: told };
}

function referenceTo({ apiVersion, kind, metadata }: Job): ObjectReference {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}
