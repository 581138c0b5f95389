import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentBuild, BootstrapProgress } from '../../schemas/wire/bootstrap.ts';
import type { Clock } from '../core/ports.ts';
import { createBootstrapProcess, type BootstrapProcess } from './bootstrap-process.ts';

const clock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

const job = { type: 'build' } as const;
const never = new AbortController().signal;

/** A process that runs `source` instead of the bootstrap; `folder` is in its working variables. */
async function withProcess(
  source: string,
  use: (bootstrap: BootstrapProcess, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-process-'));
  const mainPath = join(folder, 'main.mjs');
  const prelude = `
    import { appendFileSync } from 'node:fs';
    import { text } from 'node:stream/consumers';
    const folder = ${JSON.stringify(folder)};
    const send = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
    const job = JSON.parse(await text(process.stdin));
  `;
  await writeFile(mainPath, `${prelude}\n${source}`);
  try {
    const ports = { clock, nodePath: process.execPath, mainPath, onBuildProgress: () => undefined };
    await use(createBootstrapProcess(ports), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the job goes in, progress and the result come out', () =>
  withProcess(
    `send({ type: 'progress', step: 'build', message: 'got ' + job.type });
     send({ type: 'result', result: { ok: true, type: 'build', builds: [] } });`,
    async (bootstrap) => {
      const progress: BootstrapProgress[] = [];
      const result = await bootstrap.run(job, (each) => progress.push(each), never);
      assert.deepEqual(progress, [{ type: 'progress', step: 'build', message: 'got build' }]);
      assert.deepEqual(result, { ok: true, type: 'build', builds: [] });
    },
  ));

test('a process that ends without a result is a failure with what it complained of', () =>
  withProcess(`process.stderr.write('out of luck'); process.exitCode = 7;`, async (bootstrap) => {
    const result = await bootstrap.run(job, () => undefined, never);
    assert.equal(result.ok, false);
    assert.equal(result.reason, 'BootstrapCrashed');
    assert.match(result.message, /it ended with code 7\nout of luck/);
  }));

test('a program that cannot be started is a failure too', async () => {
  const ports = { clock, nodePath: '/nowhere/node', mainPath: 'main.mjs', onBuildProgress: () => undefined };
  const result = await createBootstrapProcess(ports).run(job, () => undefined, never);
  assert.equal(result.ok, false);
  assert.equal(result.reason, 'BootstrapCrashed');
  assert.match(result.message, /ENOENT/);
});

test('a job that is given up ends its process', () =>
  withProcess(
    `send({ type: 'progress', step: 'build', message: String(process.pid) }); setInterval(() => undefined, 1000);`,
    async (bootstrap) => {
      const stop = new AbortController();
      let pid = 0;
      const run = bootstrap.run(
        job,
        ({ message }) => {
          pid = Number(message);
          stop.abort(new Error('given up'));
        },
        stop.signal,
      );
      await assert.rejects(run, /given up/);
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    },
  ));

const buildsSource = (gzipPath: string): string => `
  appendFileSync(folder + '/runs', 'x');
  send({ type: 'result', result: { ok: true, type: 'build', builds: [{ gzipPath: ${gzipPath} }] } });`;

test('the agent is built once for all who ask', () =>
  withProcess(buildsSource(`folder + '/runs'`), async (bootstrap, folder) => {
    const asked = await Promise.all([bootstrap.agentBuilds(), bootstrap.agentBuilds()]);
    const later: readonly AgentBuild[] = await bootstrap.agentBuilds();
    assert.deepEqual(asked[0], later);
    assert.equal(await readFile(join(folder, 'runs'), 'utf8'), 'x');
  }));

test('a build whose file is gone is made again', () =>
  withProcess(buildsSource(`folder + '/gone'`), async (bootstrap, folder) => {
    await bootstrap.agentBuilds();
    await bootstrap.agentBuilds();
    assert.equal(await readFile(join(folder, 'runs'), 'utf8'), 'xx');
  }));

test('a build that failed is told, and tried again for the next who asks', () =>
  withProcess(
    `appendFileSync(folder + '/runs', 'x');
     send({ type: 'result', result: { ok: false, reason: 'BuildFailed', message: 'a syntax error' } });`,
    async (bootstrap, folder) => {
      const failure = { name: 'LinkError', reason: 'BuildFailed', message: 'a syntax error' };
      await assert.rejects(bootstrap.agentBuilds(), failure);
      await assert.rejects(bootstrap.agentBuilds(), failure);
      assert.equal(await readFile(join(folder, 'runs'), 'utf8'), 'xx');
    },
  ));
