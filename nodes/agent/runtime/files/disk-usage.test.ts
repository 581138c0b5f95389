import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskUsage } from './disk-usage.ts';

test('files below a folder count, each once; a folder that is not there takes nothing', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-usage-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  assert.equal(await diskUsage(join(folder, 'absent')), 0);
  await mkdir(join(folder, 'a/b'), { recursive: true });
  const before = await diskUsage(folder);
  await writeFile(join(folder, 'a/b/file'), Buffer.alloc(1024 * 1024, 1));
  const after = await diskUsage(folder);
  assert.ok(after - before >= 1024 * 1024);
  await link(join(folder, 'a/b/file'), join(folder, 'a/other'));
  assert.ok((await diskUsage(folder)) - after < 1024 * 1024);
});
