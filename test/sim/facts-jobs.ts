/** Facts of jobs and of what makes them by the clock. */
import type { CronJob, Job } from '../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../reconciler/core/model/object.ts';
import { conditionFacts, ownerFacts } from './fact-lines.ts';

const batch = 'batch.kubernetes.io/';

function textFacts(facts: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(facts).flatMap(([name, text]) => (text === undefined ? [] : [`${name}: ${text}`]));
}

export const jobFacts: Readonly<Record<string, (object: KubeObject) => readonly string[]>> = {
  Job: (object) => {
    const { status, metadata } = object as Job;
    if (status === undefined) return ownerFacts(object);
    const { active = 0, ready = 0, terminating = 0, succeeded = 0, failed = 0 } = status;
    return [
      `status: ${active} active, ${ready} ready, ${terminating} terminating, ${succeeded} succeeded, ${failed} failed`,
      ...textFacts({
        'completed indexes': status.completedIndexes,
        'failed indexes': status.failedIndexes,
        started: status.startTime,
        completed: status.completionTime,
        'scheduled for': metadata.annotations?.[`${batch}cronjob-scheduled-timestamp`],
      }),
      ...conditionFacts(status.conditions, true),
      ...ownerFacts(object),
    ];
  },
  CronJob: (object) => {
    const { status, spec } = object as CronJob;
    return textFacts({
      suspended: spec.suspend === true ? 'yes' : undefined,
      active: (status?.active ?? []).map(({ name }) => name ?? '').join() || undefined,
      'last scheduled': status?.lastScheduleTime,
      'last successful': status?.lastSuccessfulTime,
    });
  },
};

/** What a job writes on its pods. */
export function jobPodFacts({ metadata }: Pod): string[] {
  return textFacts({
    index: metadata.annotations?.[`${batch}job-completion-index`],
    'failures of the index': metadata.annotations?.[`${batch}job-index-failure-count`],
    'ignored failures of the index': metadata.annotations?.[`${batch}job-index-ignored-failure-count`],
  });
}
