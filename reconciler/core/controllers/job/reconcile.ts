/** One plan of a running Job: count what ended, judge, scale, and write down what is so then. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Change, EventRecord, Plan } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { wakeAfter } from '../wake.ts';
import { failuresAfter, withFailures, withoutFailures } from './backoff.ts';
import { type Census, censusOf } from './census.ts';
import { hasIndexLimit } from './index-failures.ts';
import { isFailed, isTracked, trackingFinalizer, withoutTracking } from './job-pods.ts';
import { conditionThatHolds, type Said } from './job-conditions.ts';
import { newPods } from './pod-template.ts';
import { podsPerPlan, type Scaling, scalingOf } from './scaling.ts';
import { startTimeOf, statusAfter } from './status.ts';
import { type Tally, tallyOf } from './tally.ts';
import { completionsReached, deadlineStartMs, type Verdict, verdictOf } from './verdict.ts';

const events = eventsOf('job-controller');

/** The plan for a job that is not finished, with all the pods that it controls. */
export function reconciled(
  job: Job,
  pods: readonly Pod[],
  view: ClusterView,
  { nowMs, seed }: PlanContext,
): Plan {
  const census = censusOf(job, pods);
  const startTime = startTimeOf(job, nowMs);
  const startedMs = deadlineStartMs(job, startTime);
  const early = verdictOf(census, startedMs, nowMs);
  const tally = tallyOf(census, early);
  const failed = tally.released.filter((pod) => isFailed(pod, job));
  const failures = failuresAfter(job, tally.succeeded, failed);
  const isManaged = early === undefined && job.metadata.deletionTimestamp === undefined;
  const scaling = isManaged ? scalingOf(census, failures, nowMs) : withdrawal(census, tally, early);
  const removed = new Set(scaling.surplus);
  const active = census.active.filter((pod) => !removed.has(pod));
  const verdict =
    early ?? (isComplete(census, active.length + scaling.missing.length) ? completionsReached : undefined);
  const terminating = terminatingAfter(census, tally, removed);
  const isOver = verdict !== undefined && !tally.more && terminating === 0 && active.length === 0;
  const said = [
    ...(isManaged && verdict === undefined ? [suspension(job)] : []),
    ...(verdict === undefined ? [] : sayings(verdict, isOver)),
  ];
  const created = newPods(job, scaling.missing, census.kept, view, seed);
  const status = statusAfter(census, tally, {
    ...{ startTime, active, terminating, said, nowMs },
    created: created.length,
  });
  const marked = hasIndexLimit(job)
    ? job
    : verdict === undefined
      ? withFailures(job, failures)
      : withoutFailures(job);
  const isNews = !sameJson(status, job.status) || !sameJson(marked.metadata, job.metadata);
  const written: Job = { ...marked, status };
  const changes: Change[] = [
    ...(isNews ? [{ type: 'update', scope: 'status', object: written } as const] : []),
    ...podChanges(tally, removed),
    ...created.map((object) => ({ type: 'create', object }) as const),
  ];
  return {
    changes,
    events: [...podEvents(job, scaling, created), ...jobEvents(job, status.succeeded ?? 0, said)],
    ...(verdict === undefined ? wakeAfter(scaling.waitMs, deadlineMs(job, startedMs, nowMs)) : {}),
  };
}

/** Once a job has its verdict, no pod of it runs on. A job that is being deleted leaves its pods to the collector. */
function withdrawal({ active }: Census, { released }: Tally, verdict: Verdict | undefined): Scaling {
  if (verdict === undefined) return { surplus: [], missing: [] };
  const counted = new Set(released);
  const surplus = active.filter((pod) => counted.has(pod) || !isTracked(pod));
  return { surplus: surplus.slice(0, podsPerPlan), missing: [] };
}

function isComplete({ job, succeeded }: Census, active: number): boolean {
  if (active > 0) return false;
  const completions = job.spec?.completions;
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}

/** Pods that are deleted and still there once the plan is committed. */
function terminatingAfter({ terminating }: Census, tally: Tally, removed: ReadonlySet<Pod>): number {
  const released = new Set(tally.released);
  const stay = terminating.filter(
    (pod) => !released.has(pod) || isHeld(pod, pod.metadata.deletionGracePeriodSeconds ?? 0),
  );
  const added = [...removed].filter((pod) => {
    const grace = pod.spec?.nodeName === undefined ? 0 : (pod.spec.terminationGracePeriodSeconds ?? 30);
    return isHeld(pod, grace);
  });
  return stay.length + added.length;
}

/** By its grace, or by somebody else's finalizer. */
function isHeld({ metadata }: KubeObject, graceSeconds: number): boolean {
  return graceSeconds > 0 || (metadata.finalizers ?? []).some((name) => name !== trackingFinalizer);
}

function suspension({ spec }: Job): Said {
  return spec?.suspend === true
    ? { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
    : { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' };
}

function sayings({ type, reason, message }: Verdict, isOver: boolean): readonly Said[] {
  const interim = { type, status: 'True', reason, message } as const;
  if (!isOver) return [interim];
  return [interim, { ...interim, type: type === 'FailureTarget' ? 'Failed' : 'Complete' }];
}

/** A pod that goes is let go of in the same change. */
function podChanges(tally: Tally, removed: ReadonlySet<Pod>): readonly Change[] {
  const deletions = [...removed].map(
    (pod) =>
      ({
        type: 'delete',
        ref: refOf(pod),
        uid: pod.metadata.uid ?? '',
        ...(isTracked(pod) ? { withoutFinalizers: [trackingFinalizer] } : {}),
      }) as const,
  );
  const releases = tally.released
    .filter((pod) => !removed.has(pod))
    .map((pod) => ({ type: 'update', scope: 'spec', object: withoutTracking(pod) }) as const);
  return [...deletions, ...releases];
}

function podEvents(job: Job, { surplus }: Scaling, created: readonly Pod[]): readonly EventRecord[] {
  const named = (reason: string, verb: string) => (pod: Pod) =>
    events.normal(job, reason, `${verb} pod: ${pod.metadata.name ?? ''}`);
  return [
    ...surplus.map(named('SuccessfulDelete', 'Deleted')),
    ...created.map(named('SuccessfulCreate', 'Created')),
  ];
}

function jobEvents(job: Job, succeeded: number, said: readonly Said[]): readonly EventRecord[] {
  const told: EventRecord[] = [];
  for (const { type, status, reason, message } of said) {
    const held = conditionThatHolds(job, type) !== undefined;
    if (type === 'Suspended' && held !== (status === 'True'))
      told.push(events.normal(job, held ? 'Resumed' : 'Suspended', message));
    if (type === 'Failed') told.push(events.warning(job, reason, message));
    if (type !== 'Complete') continue;
    if (succeeded > (job.spec?.completions ?? succeeded)) {
      const why = 'Too many succeeded pods running after completion count reached';
      told.push(events.warning(job, 'TooManySucceededPods', why));
    }
    told.push(events.normal(job, 'Completed', 'Job completed'));
  }
  return told;
}

function deadlineMs(job: Job, startedMs: number | undefined, nowMs: number): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  return seconds === undefined || startedMs === undefined ? undefined : startedMs + seconds * 1000 - nowMs;
}
