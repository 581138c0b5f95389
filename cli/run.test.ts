import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';

const berth = new URL('../bin/berth', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'berth-run-'));
after(() => rmSync(folder, { recursive: true }));

const cron = {
  metadata: { name: 'backup', namespace: 'shop', uid: 'uid-1' },
  spec: {
    jobTemplate: {
      metadata: { labels: { app: 'backup' }, annotations: { team: 'data' } },
      spec: { template: { spec: { containers: [] } } },
    },
  },
};

type Fields = Readonly<Record<string, unknown>>;

function jobWith(...conditions: readonly Fields[]): Fields {
  return {
    kind: 'Job',
    metadata: { name: 'backup-manual-abcde', namespace: 'shop', resourceVersion: '7' },
    status: { conditions },
  };
}

const complete = { type: 'Complete', status: 'True' };
const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' };

interface Api {
  readonly socket: string;
  readonly posted: Fields[];
}

/** An API with one CronJob, whose job has these events; the watch ends after them. */
async function served(
  context: TestContext,
  events: readonly Fields[],
  after: Fields = jobWith(),
): Promise<Api> {
  const posted: Fields[] = [];
  const answer = (response: ServerResponse, code: number, body: unknown): void => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://berth');
    if (request.method === 'POST') {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        posted.push(JSON.parse(text) as Fields);
        answer(response, 201, jobWith());
      });
    } else if (searchParams.get('watch') === 'true') {
      assert.equal(searchParams.get('fieldSelector'), 'metadata.name=backup-manual-abcde');
      response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    } else if (pathname.endsWith('/namespaces/shop/cronjobs/backup')) answer(response, 200, cron);
    else if (pathname.endsWith('/jobs/backup-manual-abcde')) answer(response, 200, after);
    else answer(response, 404, { reason: 'NotFound', message: 'cronjobs.batch "none" not found' });
  });
  const socket = join(folder, `${context.name.replaceAll(/\W+/g, '-').slice(0, 40)}.sock`);
  server.listen(socket);
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, posted };
}

async function run(
  socket: string,
  ...args: readonly string[]
): Promise<readonly [number | null, string, string]> {
  const child = spawn(berth, ['run', ...args, '--socket', socket], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return [code, stdout, stderr];
}

test('the job is the one that the CronJob would make, marked as made by hand', async (context) => {
  const { socket, posted } = await served(context, []);
  const result = await run(socket, 'cronjob/backup', '-n', 'shop');
  assert.deepEqual(result, [0, 'job.batch/backup-manual-abcde created\n', '']);
  assert.deepEqual(posted, [
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        generateName: 'backup-manual-',
        labels: { app: 'backup' },
        annotations: { team: 'data', 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'backup', uid: 'uid-1', controller: true },
        ],
      },
      spec: { template: { spec: { containers: [] } } },
    },
  ]);
});

test('it prints the name alone, or the whole job', async (context) => {
  const { socket } = await served(context, []);
  const named = await run(socket, 'cj/backup', '-n', 'shop', '-o', 'name');
  assert.deepEqual(named, [0, 'job.batch/backup-manual-abcde\n', '']);
  const [code, stdout] = await run(socket, 'cronjobs/backup', '-n', 'shop', '-o', 'json');
  assert.deepEqual([code, JSON.parse(stdout)], [0, jobWith()]);
});

test('--wait ends with 0 once the job is complete', async (context) => {
  const events = [
    { type: 'MODIFIED', object: jobWith() },
    { type: 'MODIFIED', object: jobWith(complete) },
  ];
  const { socket } = await served(context, events);
  const result = await run(socket, 'cronjob/backup', '-n', 'shop', '--wait');
  const lines = 'job.batch/backup-manual-abcde created\njob.batch/backup-manual-abcde completed\n';
  assert.deepEqual(result, [0, lines, '']);
});

test('--wait ends with 1 where the job fails, and says why', async (context) => {
  const { socket } = await served(context, [{ type: 'MODIFIED', object: jobWith(failed) }]);
  const result = await run(socket, 'cronjob/backup', '-n', 'shop', '--wait', '-o', 'name');
  const why = 'berth: job.batch/backup-manual-abcde failed: BackoffLimitExceeded: too often\n';
  assert.deepEqual(result, [1, 'job.batch/backup-manual-abcde\n', why]);
});

test('--wait goes on over the end of a watch, and sees the end of a job that is deleted', async (context) => {
  const over = await served(context, [], jobWith(complete));
  assert.equal((await run(over.socket, 'cronjob/backup', '-n', 'shop', '--wait'))[0], 0);
});

test('a job that is deleted before its end has not completed', async (context) => {
  const { socket } = await served(context, [{ type: 'DELETED', object: jobWith() }]);
  const [code, , stderr] = await run(socket, 'cronjob/backup', '-n', 'shop', '--wait');
  const why = 'berth: job.batch/backup-manual-abcde was deleted before it ended\n';
  assert.deepEqual([code, stderr], [1, why]);
});

test('what is no CronJob is refused', async (context) => {
  const { socket } = await served(context, []);
  const missing = await run(socket, 'cronjob/none', '-n', 'shop');
  assert.deepEqual(missing, [3, '', 'berth: cronjobs.batch "none" not found\n']);
  const other = await run(socket, 'job/backup');
  assert.deepEqual(other, [1, '', 'berth: job/backup: expected cronjob/NAME\n']);
});
