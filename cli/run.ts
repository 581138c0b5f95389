/** `berth run`: a CronJob's job now, as `kubectl create job --from` makes it. */
import { Command } from 'commander';
import { type ApiClient, apiClient } from './client.ts';
import { type Job, jobEnd } from './job-end.ts';
import { outputFormat, print } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';

interface RunOptions extends GlobalOptions {
  readonly namespace: string;
  readonly wait?: boolean;
  readonly timeout?: string;
}

interface CronJob {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec?: unknown;
    };
  };
}

/** What people may call the kind. */
const cronJobNames: ReadonlySet<string> = new Set([
  'cronjob',
  'cronjobs',
  'cj',
  'cronjob.batch',
  'cronjobs.batch',
]);

/** Of the CronJob's name so much goes into the job's that it stays a name of 63 letters. */
const nameLengthMax = 63 - '-manual-'.length - 5;

export function runCommand(): Command {
  return new Command('run')
    .description("start a CronJob's job now")
    .argument('<cronjob/name>', 'the CronJob')
    .option('-n, --namespace <namespace>', "the CronJob's namespace", 'default')
    .option('--wait', 'wait until the job has ended')
    .option('--timeout <seconds>', 'how long --wait waits (default: until the end)')
    .addHelpText(
      'after',
      '\nWith -o name prints the name alone. Exits with 1 where --wait sees the job fail, or runs out of time.\n\nExamples:\n  berth run cronjob/backup\n  berth run cronjob/backup -n shop --wait --timeout 600\n  berth run cronjob/backup -o name',
    )
    .action(async (resource: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      const isName = options.output === 'name';
      const format = isName ? 'table' : outputFormat(options.output);
      const timeoutMs = timeoutOf(options.timeout);
      const client = apiClient(socketPath(options));
      const job = await created(client, options.namespace, cronJobName(resource));
      const shown = `job.batch/${job.metadata.name}`;
      const show = (state: Job): void => print(format, state, () => (isName ? shown : `${shown} created`));
      if (options.wait !== true || format === 'table') show(job);
      if (options.wait !== true) return;
      const ended = await jobEnd(client, job, timeoutMs);
      if (format !== 'table') show(ended.job);
      else if (!isName && ended.failure === undefined) process.stdout.write(`${shown} completed\n`);
      if (ended.failure !== undefined) throw new Error(`${shown} ${ended.failure}`);
    });
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new Error(`--timeout ${text}: expected a number of seconds`);
  return seconds * 1000;
}

/** `cronjob/NAME`, by any of the kind's names. */
function cronJobName(resource: string): string {
  const [kind = '', name = '', ...rest] = resource.split('/');
  if (cronJobNames.has(kind.toLowerCase()) && name !== '' && rest.length === 0) return name;
  throw new Error(`${resource}: expected cronjob/NAME`);
}

async function created(client: ApiClient, namespace: string, name: string): Promise<Job> {
  const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}`;
  const cron = await client.get<CronJob>(`${path}/cronjobs/${encodeURIComponent(name)}`);
  const { metadata: { labels, annotations } = {}, spec } = cron.spec.jobTemplate;
  return client.send<Job>('POST', `${path}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      generateName: `${name.slice(0, nameLengthMax)}-manual-`,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name, uid: cron.metadata.uid, controller: true },
      ],
    },
    spec,
  });
}
