import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { LogQuery } from '../../../schemas/wire/messages.ts';
import { findLog, readLog } from './container-log.ts';

const logRoot = mkdtempSync(join(tmpdir(), 'berth-log-'));
after(() => rmSync(logRoot, { recursive: true }));
const pod = { uid: 'u1', namespace: 'default', name: 'web' };
const folder = join(logRoot, 'default_web_u1', 'main');
mkdirSync(folder, { recursive: true });

const lines = [
  '2026-01-01T00:00:00.000000001Z stdout F one',
  '2026-01-01T00:00:10.000000000Z stderr P tw',
  '2026-01-01T00:00:10.000000002Z stderr F o',
  'not a log line',
  '2026-01-01T00:00:20.000000000Z stdout F three ü',
];
writeFileSync(join(folder, '0.log'), 'x\n');
writeFileSync(join(folder, '10.log'), `${lines.join('\n')}\n`);

async function read(change: Partial<LogQuery>): Promise<string> {
  const query: LogQuery = { uid: 'u1', container: 'main', ...change };
  const path = await findLog(logRoot, pod, query);
  assert.ok(path !== undefined);
  const { signal } = new AbortController();
  let text = '';
  const nowMs = Date.parse('2026-01-01T00:00:30Z');
  for await (const part of readLog(path, { logRoot, pod, query, nowMs, isRunning: () => false, signal }))
    text += part;
  return text;
}

test('the newest attempt is read, the one before it on request', async () => {
  assert.equal(await findLog(logRoot, pod, { uid: 'u1', container: 'main' }), join(folder, '10.log'));
  const previous = { uid: 'u1', container: 'main', previous: true };
  assert.equal(await findLog(logRoot, pod, previous), join(folder, '0.log'));
  assert.equal(await findLog(logRoot, pod, { uid: 'u1', container: 'other' }), undefined);
});

test('lines come as they were written, broken ones joined', async () => {
  assert.equal(await read({}), 'one\ntwo\nthree ü\n');
});

test('tail, since, timestamps and the limit of bytes', async () => {
  assert.equal(await read({ tailLines: 1 }), 'three ü\n');
  assert.equal(await read({ tailLines: 0 }), '');
  assert.equal(await read({ tailLines: 99 }), 'one\ntwo\nthree ü\n');
  assert.equal(await read({ sinceSeconds: 15 }), 'three ü\n');
  assert.equal(await read({ limitBytes: 6 }), 'one\ntw');
  assert.equal(await read({ tailLines: 1, timestamps: true }), '2026-01-01T00:00:20.000000000Z three ü\n');
});

test('a followed log goes on until its container has ended, also over a rotation', async () => {
  const path = join(folder, '11.log');
  writeFileSync(path, `${lines[0] ?? ''}\n`);
  const query: LogQuery = { uid: 'u1', container: 'main', follow: true };
  let running = true;
  const { signal } = new AbortController();
  const seen: string[] = [];
  for await (const text of readLog(path, {
    logRoot,
    pod,
    query,
    nowMs: 0,
    isRunning: () => running,
    signal,
  })) {
    seen.push(text);
    if (seen.length === 1) {
      appendFileSync(path, '2026-01-01T00:00:01Z stdout F two\n');
      renameSync(path, `${path}.1`);
      writeFileSync(path, '2026-01-01T00:00:02Z stdout F three\n');
    }
    if (seen.length === 3) running = false;
  }
  assert.deepEqual(seen, ['one\n', 'two\n', 'three\n']);
});
