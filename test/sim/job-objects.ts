/** Short forms of jobs and cron jobs for scenarios. */
import { load } from 'js-yaml';
import type { CronJob, Job, JobSpec } from '../../schemas/kubernetes/types/batch-v1.ts';
import type { Options } from './objects.ts';

/** Options are fields of the spec; a YAML body is merged over it. `restart` is the pods' policy, Never unless given. */
export function jobObject(name: string, options: Options, body: string): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'shop' },
    spec: jobSpec(options, body),
  };
}

function jobSpec({ restart = 'Never', ...options }: Options, body: string): JobSpec {
  const fields = Object.fromEntries(Object.entries(options).map(([key, text]) => [key, load(text)]));
  const containers = [{ name: 'main', image: 'work:1' }];
  return {
    template: { spec: { restartPolicy: restart, containers } },
    ...fields,
    ...(body === '' ? {} : (load(body) as Partial<JobSpec>)),
  };
}

/** Options are fields of the spec, the blanks of the schedule written as underscores; a YAML body is the job's spec. */
export function cronJobObject(name: string, { schedule = '', ...options }: Options, body: string): CronJob {
  const fields = Object.fromEntries(Object.entries(options).map(([key, text]) => [key, load(text)]));
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'shop' },
    spec: { schedule: schedule.replaceAll('_', ' '), jobTemplate: { spec: jobSpec({}, body) }, ...fields },
  };
}
