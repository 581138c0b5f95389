/** Follows a job to its end, by a watch: a job that is deleted once it is finished has its end seen too. */
import { type ApiClient, ApiProblem } from './client.ts';
import { progressLine } from './output.ts';

export interface Job {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec?: { readonly completions?: number };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Job;
}

interface JobEnd {
  /** As it was last seen. */
  readonly job: Job;
  /** How it failed; undefined where it completed. */
  readonly failure: string | undefined;
}

/** Throws where the job has not ended after `timeoutMs`. */
export async function jobEnd(
  client: ApiClient,
  created: Job,
  timeoutMs: number | undefined,
): Promise<JobEnd> {
  const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const progress = progressLine();
  let job = created;
  try {
    for (;;) {
      for await (const { type, object } of watched(client, job, signal)) {
        if (type === 'ERROR') break;
        job = object;
        const end = endOf(job, type === 'DELETED');
        if (end !== undefined) return end;
        progress.show(progressText(job));
      }
      // A watch ends now and then; what happened in between is in the job itself.
      job = await refreshed(client, job);
      const end = endOf(job, false);
      if (end !== undefined) return end;
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    const seconds = Number(timeoutMs) / 1000;
    throw new Error(`job.batch/${created.metadata.name} has not ended after ${seconds} s`, { cause: error });
  } finally {
    progress.clear();
  }
}

function pathOf({ metadata }: Job): string {
  return `/apis/batch/v1/namespaces/${encodeURIComponent(metadata.namespace)}/jobs`;
}

async function refreshed(client: ApiClient, job: Job): Promise<Job> {
  try {
    return await client.get<Job>(`${pathOf(job)}/${encodeURIComponent(job.metadata.name)}`);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 404) throw error;
    throw new Error(`job.batch/${job.metadata.name} was deleted before its end was seen`, { cause: error });
  }
}

async function* watched(
  client: ApiClient,
  job: Job,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent> {
  const query = new URLSearchParams({
    watch: 'true',
    fieldSelector: `metadata.name=${job.metadata.name}`,
    resourceVersion: job.metadata.resourceVersion,
  });
  const decoder = new TextDecoder();
  let text = '';
  // To stop reading is to close the connection.
  for await (const chunk of await client.stream(`${pathOf(job)}?${query.toString()}`, signal)) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as WatchEvent;
  }
}

function endOf(job: Job, isDeleted: boolean): JobEnd | undefined {
  const holds = (type: string) =>
    job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
  if (holds('Complete') !== undefined) return { job, failure: undefined };
  const failed = holds('Failed');
  if (failed !== undefined)
    return { job, failure: `failed: ${failed.reason ?? ''}: ${failed.message ?? ''}` };
  return isDeleted ? { job, failure: 'was deleted before it ended' } : undefined;
}

function progressText({ metadata, spec, status }: Job): string {
  const { active = 0, succeeded = 0, failed = 0 } = status ?? {};
  const wanted = spec?.completions === undefined ? '' : ` of ${spec.completions}`;
  return `waiting for ${metadata.name}: ${active} active, ${succeeded}${wanted} succeeded, ${failed} failed`;
}
