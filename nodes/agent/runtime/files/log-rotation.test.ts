import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rotateLog } from './log-rotation.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-rotation-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, '0.log');
const bounds = { bytesMax: 10, filesMax: 3 };

async function reopen(): Promise<void> {
  writeFileSync(path, '');
}

test('a small log is left alone', async () => {
  writeFileSync(path, 'small');
  assert.equal(await rotateLog(path, '1', bounds, reopen), false);
  assert.equal(readFileSync(path, 'utf8'), 'small');
});

test('a large log is set aside, and only so many are kept', async () => {
  for (const stamp of ['1', '2', '3', '4']) {
    writeFileSync(path, `large log ${stamp}`);
    assert.equal(await rotateLog(path, stamp, bounds, reopen), true);
  }
  assert.deepEqual(readdirSync(folder).sort(), ['0.log', '0.log.3', '0.log.4']);
  assert.equal(readFileSync(`${path}.4`, 'utf8'), 'large log 4');
});

test('where the runtime does not begin a new log, the old one goes on', async () => {
  writeFileSync(path, 'large log again');
  const failing = async (): Promise<void> => {
    throw new Error('runtime is down');
  };
  await assert.rejects(rotateLog(path, '5', bounds, failing), /runtime is down/);
  assert.equal(readFileSync(path, 'utf8'), 'large log again');
  assert.equal(existsSync(`${path}.5`), false);
});
