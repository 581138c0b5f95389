/**
 * Starts a CronJob's Jobs when they are due. The job is made and the time written down in one commit: a time is run
 * once, whatever is lost in between.
 */
import type { CronJob, CronJobStatus, Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { controllerRefs, isControlledBy } from '../owner.ts';
import { wakeAfter } from '../wake.ts';
import { type ActiveJobs, activeJobs } from './active-jobs.ts';
import { jobName, jobsOf, lastSuccess, newJob, pastHistory } from './cron-jobs.ts';
import { type Due, dueOf } from './due.ts';

const events = eventsOf('cronjob-controller');

export const cronJobController: Controller = { name: 'cronjob-controller', keysFor, plan, refused };

function keysFor({ ref, before, after }: ViewChange): readonly ObjectRef[] {
  if (ref.apiVersion !== 'batch/v1') return [];
  if (ref.kind === 'CronJob') return after === undefined ? [] : [ref];
  return ref.kind === 'Job' ? controllerRefs([before, after], 'batch/v1', 'CronJob') : [];
}

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const cron = view.get<CronJob>('batch/v1', 'CronJob', key.namespace, key.name);
  if (cron === undefined) return emptyPlan;
  const isLeaving = cron.metadata.deletionTimestamp !== undefined;
  const due = isLeaving ? { events: [] } : dueOf(cron, nowMs);
  return planned(cron, view, due, nowMs);
}

/** Without the job that was refused, and without the time that it was for. */
function refused(
  key: ObjectRef,
  { change, problem }: Refusal,
  view: ClusterView,
  context: PlanContext,
): Plan {
  const cron = view.get<CronJob>('batch/v1', 'CronJob', key.namespace, key.name);
  if (cron === undefined || change.type !== 'create') return emptyPlan;
  const rest = planned(cron, view, { events: [] }, context.nowMs);
  if (problem.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true) return rest;
  const told = events.warning(cron, 'FailedCreate', `Error creating job: ${problem.message}`);
  return { ...rest, events: [...rest.events, told] };
}

function planned(cron: CronJob, view: ClusterView, due: Due, nowMs: number): Plan {
  const jobs = jobsOf(cron, view);
  const active = activeJobs(cron, jobs);
  const run = runOf(cron, due.scheduledMs, active, view);
  const old = pastHistory(cron, jobs);
  const leaving = [...run.replaced, ...old];
  const gone = new Set(run.replaced.map(({ metadata }) => metadata.uid));
  const status = statusOf({
    active: active.references.filter(({ uid }) => !gone.has(uid)),
    lastScheduleTime: run.ranMs === undefined ? cron.status?.lastScheduleTime : formatTime(run.ranMs),
    lastSuccessfulTime: lastSuccess(jobs, cron.status?.lastSuccessfulTime),
  });
  const changes: Change[] = [
    ...(sameJson(status, cron.status ?? {})
      ? []
      : [{ type: 'update', scope: 'status', object: { ...cron, status } as CronJob } as const]),
    ...leaving.map(deletion),
    ...(run.created === undefined ? [] : [{ type: 'create', object: run.created } as const]),
  ];
  const deleted = leaving.map((job) =>
    events.normal(cron, 'SuccessfulDelete', `Deleted job ${job.metadata.name ?? ''}`),
  );
  const wake = due.nextMs === undefined ? {} : wakeAfter(due.nextMs - nowMs);
  return { changes, events: [...active.events, ...due.events, ...deleted, ...run.events], ...wake };
}

/** What becomes of a time that is due. */
interface Run {
  readonly created?: Job;
  /** Running jobs that make room for it. */
  readonly replaced: readonly Job[];
  /** The time that is dealt with now. */
  readonly ranMs?: number;
  readonly events: readonly EventRecord[];
}

const nothing: Run = { replaced: [], events: [] };

function runOf(
  cron: CronJob,
  scheduledMs: number | undefined,
  { references }: ActiveJobs,
  view: ClusterView,
): Run {
  if (scheduledMs === undefined) return nothing;
  const { namespace = '' } = cron.metadata;
  const known = view.get<Job>('batch/v1', 'Job', namespace, jobName(cron, scheduledMs));
  // Somebody else's job of that name stands in the way until the next time.
  if (known !== undefined) return isControlledBy(known, cron) ? { ...nothing, ranMs: scheduledMs } : nothing;
  const { concurrencyPolicy } = cron.spec;
  if (concurrencyPolicy === 'Forbid' && references.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    return { ...nothing, events: [events.normal(cron, 'JobAlreadyActive', message)] };
  }
  const created = newJob(cron, scheduledMs);
  const running = concurrencyPolicy === 'Replace' ? references : [];
  return {
    created,
    replaced: running.map(({ uid }) => view.byUid(uid ?? '') as Job),
    ranMs: scheduledMs,
    events: [events.normal(cron, 'SuccessfulCreate', `Created job ${created.metadata.name ?? ''}`)],
  };
}

function deletion(job: Job): Change {
  return { type: 'delete', ref: refOf(job), uid: job.metadata.uid ?? '', propagation: 'Background' };
}

function statusOf(
  fields: { readonly [K in keyof Required<CronJobStatus>]: CronJobStatus[K] | undefined },
): CronJobStatus {
  const { active = [], lastScheduleTime, lastSuccessfulTime } = fields;
  return {
    ...(active.length === 0 ? {} : { active }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  };
}
