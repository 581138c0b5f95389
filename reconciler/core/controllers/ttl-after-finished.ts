/** Deletes finished Jobs once their ttlSecondsAfterFinished is over (KEP-592). */
import type { Job } from '../../../schemas/kubernetes/types/batch-v1.ts';
import type { Controller } from '../model/controller.ts';
import { refOf } from '../model/object.ts';
import { emptyPlan } from '../model/plan.ts';
import { parseTime } from '../model/time.ts';
import { endOf } from './job/job-conditions.ts';
import { wakeAfter } from './wake.ts';

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  keysFor: ({ ref, after }) =>
    ref.kind === 'Job' &&
    ref.apiVersion === 'batch/v1' &&
    after !== undefined &&
    expiryMs(after as Job) !== undefined
      ? [ref]
      : [],
  plan: (key, view, { nowMs }) => {
    const job = view.get<Job>('batch/v1', 'Job', key.namespace, key.name);
    const dueMs = job && expiryMs(job);
    if (job === undefined || dueMs === undefined) return emptyPlan;
    if (dueMs > nowMs) return { ...emptyPlan, ...wakeAfter(dueMs - nowMs) };
    const uid = job.metadata.uid ?? '';
    return { ...emptyPlan, changes: [{ type: 'delete', ref: refOf(job), uid, propagation: 'Foreground' }] };
  },
};

/** When the job goes; undefined where it stays, runs still, or goes already. */
function expiryMs(job: Job): number | undefined {
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  const endedMs = parseTime(endOf(job)?.lastTransitionTime ?? '');
  return endedMs === undefined ? undefined : endedMs + ttlSeconds * 1000;
}
