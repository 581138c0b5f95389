/** `berth run` on the real API: the job that it makes, and its end as the watch tells it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { type ApiTrial, servedApi } from './api-trial.ts';

const berth = new URL('../../bin/berth', import.meta.url).pathname;
const jobs = '/apis/batch/v1/namespaces/default/jobs';

const cron = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'backup' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'a' }] } } },
    },
  },
};

interface JobList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly ownerReferences: readonly object[] };
  }[];
}

/** As kubectl makes it: without `blockOwnerDeletion`, which asks for more rights. */
const ownerFields = ['apiVersion', 'controller', 'kind', 'name', 'uid'];

/** Runs the command, ends its job with this condition, and gives the exit code and what was printed. */
async function ended(
  { socketPath, call }: ApiTrial,
  ends: readonly string[],
): Promise<readonly [code: number | null, lines: readonly string[], complaint: string]> {
  const args = ['run', 'cronjob/backup', '--wait', '--timeout', '60', '--socket', socketPath];
  const child = spawn(berth, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const [, name] = /^job\.batch\/(\S+) created$/.exec(line) ?? [];
    if (name === undefined) continue;
    const time = '2026-01-01T00:00:00Z';
    const conditions = ends.map((type) => ({ type, status: 'True', reason: 'Said', message: 'so' }));
    const isComplete = ends.includes('Complete');
    const status = { startTime: time, ...(isComplete ? { completionTime: time } : {}), conditions };
    const type = 'application/merge-patch+json';
    const { code } = await call(`${jobs}/${name}/status`, { method: 'PATCH', type, body: { status } });
    assert.equal(code, 200);
  }
  const [code] = (await closed) as [number | null];
  return [code, lines.map((line) => line.replace(/manual-\w{5}/, 'manual-?')), complaint];
}

test('berth run --wait ends as the job does', async (context) => {
  const trial = await servedApi(context);
  const made = await trial.call('/apis/batch/v1/namespaces/default/cronjobs', { method: 'POST', body: cron });
  assert.equal(made.code, 201);
  const name = 'job.batch/backup-manual-?';
  const complete = await ended(trial, ['SuccessCriteriaMet', 'Complete']);
  assert.deepEqual(complete, [0, [`${name} created`, `${name} completed`], '']);
  // This cluster gives one name for ever.
  const {
    items: [first],
  } = (await trial.call(jobs)).body as unknown as JobList;
  assert.deepEqual(Object.keys(first?.metadata.ownerReferences[0] ?? {}).sort(), ownerFields);
  const path = `${jobs}/${first?.metadata.name ?? ''}?propagationPolicy=Background`;
  assert.equal((await trial.call(path, { method: 'DELETE' })).code, 200);
  const [code, lines, complaint] = await ended(trial, ['FailureTarget', 'Failed']);
  assert.deepEqual([code, lines], [1, [`${name} created`]]);
  assert.match(complaint, /^berth: job\.batch\/backup-manual-\w{5} failed: Said: so\n$/);
});
