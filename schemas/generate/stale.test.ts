import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkGenerated } from './stale.ts';

const generated = join(import.meta.dirname, '..', 'kubernetes');
const nowhere = join(tmpdir(), 'berth-no-inputs-here');

async function withCopy(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-generated-'));
  try {
    await cp(generated, folder, { recursive: true });
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('finds nothing in what the generator wrote', async () => {
  assert.deepEqual(await checkGenerated(), []);
});

test('needs no input files to find an edited, a missing and a foreign file', async () => {
  await withCopy(async (folder) => {
    await appendFile(join(folder, 'kinds.json'), ' ');
    await rm(join(folder, 'types', 'apps-v1.ts'));
    await writeFile(join(folder, 'types', 'mine.ts'), '');
    const findings = await checkGenerated(folder, nowhere);
    assert.equal(findings.length, 3);
    assert.match(findings[0] ?? '', /kinds\.json was edited by hand/);
    assert.match(findings[1] ?? '', /apps-v1\.ts is missing/);
    assert.match(findings[2] ?? '', /mine\.ts is not generated/);
  });
});

test('finds output of another generator', async () => {
  await withCopy(async (folder) => {
    const manifest = { generator: 'another', inputs: {}, outputs: {} };
    await writeFile(join(folder, 'generated.json'), JSON.stringify(manifest));
    const findings = await checkGenerated(folder, nowhere);
    assert.match(findings[0] ?? '', /schemas\/generate has changed/);
  });
});

test('finds a missing manifest', async () => {
  await withCopy(async (folder) => {
    await rm(join(folder, 'generated.json'));
    assert.match((await checkGenerated(folder, nowhere))[0] ?? '', /generated\.json is missing/);
  });
});
