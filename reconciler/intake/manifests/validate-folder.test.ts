import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderProblem } from './problem.ts';
import { validateFolder } from './validate-folder.ts';

const good = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

test('reads a folder and those in it, but nothing hidden and no symlinks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-validate-'));
  try {
    await mkdir(join(folder, 'inner', '.git'), { recursive: true });
    await writeFile(join(folder, 'b.yaml'), good);
    await writeFile(join(folder, 'inner', 'a.yml'), 'kind: [\n');
    await writeFile(join(folder, 'inner', '.git', 'c.yaml'), 'kind: [\n');
    await writeFile(join(folder, 'notes.txt'), 'kind: [\n');
    await symlink(join(folder, 'b.yaml'), join(folder, 'link.yaml'));
    const { files, objects, problems } = await validateFolder(folder);
    assert.deepEqual(files, [join(folder, 'b.yaml'), join(folder, 'inner', 'a.yml')]);
    assert.equal(objects.length, 1);
    assert.deepEqual(problems.map(renderProblem), [
      `${join(folder, 'inner', 'a.yml')}:2:1: invalid YAML: deficient indentation, expected a closing quote or bracket before this line, or more indentation`,
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('reads one file by its name, below hidden folders too', async () => {
  const folder = await mkdtemp(join(tmpdir(), '.berth-validate-'));
  try {
    const path = join(folder, 'manifest');
    await writeFile(path, good);
    const { files, objects, problems } = await validateFolder(path);
    assert.deepEqual([files, objects.length, problems], [[path], 1, []]);
    await writeFile(join(folder, 'b.yaml'), good.replace('name: a', 'name: b'));
    assert.equal((await validateFolder(folder)).objects.length, 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('fails on a path that is not there', async () => {
  await assert.rejects(validateFolder(join(tmpdir(), 'berth-nothing-here')), { code: 'ENOENT' });
});
