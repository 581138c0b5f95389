import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { AgentBuild } from '../../schemas/wire/bootstrap.ts';
import { AgentBuildError, buildableArchitectures, buildAgent } from './build-agent.ts';

const run = promisify(execFile);
const architecture = buildableArchitectures()[0] ?? 'x64';
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-build-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Builds an agent of a source text, and tells whether it had to be made. */
async function build(source: string): Promise<{ readonly build: AgentBuild; readonly made: boolean }> {
  const entryPath = join(folder, 'entry.ts');
  await writeFile(entryPath, source);
  const told: string[] = [];
  const progress = (line: string): unknown => told.push(line);
  const made = await buildAgent({ architecture, entryPath, cachePath: folder, progress });
  return { build: made, made: told.length > 0 };
}

const greeting = (word: string): string =>
  `const word: string = await Promise.resolve('${word}'); process.stdout.write(word + process.argv.slice(2).join());`;

test('two builders at once end up with one build, which runs and is what its digests say', async () => {
  const [one, two] = await Promise.all([build(greeting('hello')), build(greeting('hello'))]);
  assert.deepEqual(one.build, two.build);
  const { executablePath, gzipPath, digest, sizeBytes } = one.build;
  const executable = await readFile(executablePath);
  assert.equal(executable.length, sizeBytes);
  assert.equal(createHash('sha256').update(executable).digest('hex'), digest);
  assert.ok(gunzipSync(await readFile(gzipPath)).equals(executable));
  // No word on the command line is taken by Node itself.
  assert.equal((await run(executablePath, ['--inspect'])).stdout, 'hello--inspect');
  const left = await readdir(dirname(dirname(executablePath)));
  assert.equal(left.length, 1, `only the build is left, not ${left.join(', ')}`);
});

test('the same sources are not built again, others are', async () => {
  const before = await build(greeting('hello'));
  assert.equal(before.made, false);
  const changed = await build(greeting('goodbye'));
  assert.equal(changed.made, true);
  assert.notEqual(changed.build.digest, before.build.digest);
  assert.deepEqual((await build(greeting('hello'))).build, before.build);
});

test('a source with a mistake is an error that names its place', async () => {
  await assert.rejects(build('const = 1;'), (error) => {
    assert.ok(error instanceof AgentBuildError);
    assert.match(error.message, /entry\.ts:1:6/);
    return true;
  });
});

test('an architecture without its Node says which package to install', async () => {
  const other = architecture === 'x64' ? 'arm64' : 'x64';
  if (buildableArchitectures().includes(other)) return;
  await assert.rejects(buildAgent({ architecture: other }), /install the npm package node-linux-/);
});
