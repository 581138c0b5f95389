import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { apiClient } from './client.ts';

const berth = new URL('../bin/berth', import.meta.url).pathname;

/** A folder of this test's own: whatever runs on this machine is not talked to. */
const state = mkdtempSync(join(tmpdir(), 'berth-cli-'));
after(() => rmSync(state, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Ended> {
  const { BERTH_SOCKET: _, ...env } = process.env;
  const child = spawn(berth, args, {
    env: { ...env, BERTH_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

for (const command of [
  '',
  'up',
  'plan',
  'status',
  'host',
  'host add',
  'host ls',
  'host rm',
  'image',
  'image push',
  'logs',
  'run',
  'validate',
  'version',
]) {
  const words = command.split(' ').filter((word) => word !== '');
  const shown = ['berth', ...words].join(' ');

  test(`${shown} --help says how it is used, with the options of every command, and ends with 0`, async () => {
    const { code, stdout, stderr } = await run(...words, '--help');
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: ${shown} `), stdout);
    assert.match(stdout, /--socket <path>/);
    assert.equal(stderr, '');
  });

  test(`${shown} with an unknown option ends with 2 and points at --help`, async () => {
    const { code, stdout, stderr } = await run(...words, '--frobnicate');
    assert.equal(code, 2);
    assert.match(stderr, /^error: unknown option '--frobnicate'/);
    assert.match(stderr, /--help/);
    assert.equal(stdout, '');
  });
}

test('an unknown command and a missing argument are wrong usage', async () => {
  const unknown = await run('frobnicate');
  assert.deepEqual([unknown.code, unknown.stderr.split('\n')[0]], [2, "error: unknown command 'frobnicate'"]);
  const missing = await run('logs');
  assert.deepEqual(
    [missing.code, missing.stderr.split('\n')[0]],
    [2, "error: missing required argument 'pod'"],
  );
});

for (const words of [
  ['status'],
  ['plan'],
  ['host', 'ls'],
  ['host', 'rm', 'node-1'],
  ['logs', 'web'],
  ['run', 'cronjob/x'],
]) {
  test(`berth ${words.join(' ')} without a reconciler ends with 69 and says what to do`, async () => {
    const { code, stdout, stderr } = await run(...words);
    const socket = join(state, 'berth.sock');
    assert.deepEqual(
      [code, stdout, stderr],
      [
        69,
        '',
        `berth: no reconciler answers on ${socket}; start one with 'berth up', or name its socket with --socket\n`,
      ],
    );
  });
}

test('berth version needs no reconciler', async () => {
  const { code, stdout } = await run('version', '-o', 'json');
  const { kubernetesApi, node } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  assert.deepEqual([code, kubernetesApi, node], [0, null, process.version]);
});

test('an output format that is none fails', async () => {
  const { code, stderr } = await run('version', '-o', 'wide');
  assert.deepEqual([code, stderr], [1, 'berth: -o wide: expected json or yaml\n']);
});

test('berth up takes from its settings file what the command line does not say', async () => {
  const config = join(state, 'berth.yaml');
  const socket = join(state, 'up.sock');
  writeFileSync(config, 'repo: /nowhere/shop.git\nref: stable\nprune: false\n');
  const args = ['up', '--config', config, '--ref', 'next', '--socket', socket, '--state', join(state, 'up')];
  const up = spawn(berth, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(up, 'close');
  try {
    for await (const line of createInterface({ input: up.stdout })) if (line.startsWith('berth is up')) break;
    const path = '/apis/berth.dev/v1alpha1/applications/shop';
    const { spec } = await apiClient(socket).get<{ readonly spec: unknown }>(path);
    assert.deepEqual(spec, { repository: '/nowhere/shop.git', ref: 'next', prune: false });
  } finally {
    up.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
});

test('what the API refuses ends with 3 and the API’s own words', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'hosts.berth.dev "x" not found' }),
    );
  });
  const socket = join(state, 'refusing.sock');
  server.listen(socket);
  await once(server, 'listening');
  try {
    const { code, stderr } = await run('host', 'rm', 'x', '--socket', socket);
    assert.deepEqual([code, stderr], [3, 'berth: hosts.berth.dev "x" not found\n']);
  } finally {
    server.close();
  }
});
