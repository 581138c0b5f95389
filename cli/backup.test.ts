import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLogStore } from '../reconciler/store/log/log-store.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function berth(state: string, ...args: readonly string[]): Ended {
  const main = new URL('./main.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--state', state, ...args], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

async function withState(run: (state: string, file: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'berth-backup-'));
  try {
    const store = await openLogStore({ directory: join(root, 'state', 'store') });
    for (let index = 0; index < 300; index++)
      await store.commit([{ type: 'put', key: `/key/${index}`, value: Buffer.from(`value ${index}`) }]);
    await store.commit([{ type: 'put', key: '/leader', value: Buffer.from('2') }]);
    await store.close();
    await run(join(root, 'state'), join(root, 'file'));
  } finally {
    rmSync(root, { recursive: true });
  }
}

function damage(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

test('a damaged store is told at start, and a backup brings it back', () =>
  withState(async (state, file) => {
    const made = berth(state, 'backup', file, '-o', 'json');
    assert.equal(made.code, 0, made.stderr);
    const { records, revision } = JSON.parse(made.stdout) as { records: number; revision: number };
    assert.deepEqual({ records, revision }, { records: 301, revision: 301 });
    damage(join(state, 'store', '0000000001.log'), 5_000);

    const started = berth(state, 'up');
    assert.equal(started.code, 1);
    assert.match(started.stderr, /the store is damaged: .*0000000001\.log.*'berth restore FILE'/u);
    assert.equal(berth(state, 'backup', `${file}.2`).code, 1);
    assert.ok(!existsSync(`${file}.2`), 'a store that cannot be read makes no backup');

    const restored = berth(state, 'restore', file);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(
      restored.stdout,
      /^restored 301 records of revision 301; the store goes on after revision 302\n/u,
    );
    assert.match(restored.stdout, /the former store is kept in .*store\.before-restore-\d{8}T\d{6}Z\n$/u);
    const store = await openLogStore({ directory: join(state, 'store') });
    assert.equal((await store.list('/key/')).records.length, 300);
    assert.equal((await store.get('/key/7'))?.modRevision, 8);
    assert.equal(await store.revision(), 302);
    const epoch = Buffer.from((await store.get('/leader'))?.value ?? []).toString();
    assert.equal(epoch, '302', 'no agent has heard of a later epoch');
    await store.close();
  }));

test('a damaged or cut backup is refused before anything is touched', () =>
  withState(async (state, file) => {
    assert.equal(berth(state, 'backup', file).code, 0);
    const whole = readFileSync(file);
    const before = readdirSync(state);
    damage(file, 1_000);
    const damaged = berth(state, 'restore', file);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /its checksum does not match: the backup is damaged; nothing was changed/u);
    writeFileSync(file, whole.subarray(0, whole.length - 10));
    assert.match(berth(state, 'restore', file).stderr, /the backup is incomplete; nothing was changed/u);
    writeFileSync(file, 'something else');
    assert.match(berth(state, 'restore', file).stderr, /it is no backup/u);
    assert.deepEqual(readdirSync(state), before);
  }));

test('a store that is in use is not restored', () =>
  withState(async (state, file) => {
    assert.equal(berth(state, 'backup', file).code, 0);
    const store = await openLogStore({ directory: join(state, 'store') });
    const refused = berth(state, 'restore', file);
    await store.close();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`is open in the process with pid ${process.pid}`, 'u'));
  }));
