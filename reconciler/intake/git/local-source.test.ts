import assert from 'node:assert/strict';
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { GitSourceError } from './git-source-error.ts';
import { type GitSource, type GitSourceOptions, openGitSource } from './git-source.ts';
import { ScratchRepository } from './testing/scratch-repository.ts';

function open(scratch: ScratchRepository, options: Partial<GitSourceOptions> = {}): GitSource {
  return openGitSource({
    repository: scratch.bare,
    ref: 'main',
    subpath: '',
    cacheDirectory: scratch.cache,
    ...options,
  });
}

/** Every file as `path: content`, then every problem as `path message`. */
async function read(source: GitSource): Promise<readonly string[]> {
  const { commit } = await source.resolve();
  const { files, problems } = await source.readTree(commit);
  const contents = files.map(({ path, content }) => `${path}: ${Buffer.from(content).toString()}`);
  return [...contents, ...problems.map(({ path, message }) => `${path} ${message}`)];
}

async function fails(
  work: Promise<unknown>,
  kind: 'retry' | 'stalled',
  reason: string,
  says: RegExp,
): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof GitSourceError, String(error));
    assert.deepEqual([error.kind, error.reason], [kind, reason], error.message);
    assert.match(error.message, says);
    return true;
  });
}

test('reads manifests below the path, and nothing hidden or of another kind', async () => {
  using scratch = new ScratchRepository();
  scratch.push({
    'apps/b.yaml': 'b',
    'apps/a.yml': 'a',
    'apps/deep/er/c.json': '{}',
    'apps/README.md': 'no',
    'apps/.hidden.yaml': 'no',
    'apps/.github/workflow.yaml': 'no',
    'apps/script.yaml.sh': 'no',
    'other/d.yaml': 'no',
  });
  const apps = ['apps/a.yml: a', 'apps/b.yaml: b', 'apps/deep/er/c.json: {}'];
  assert.deepEqual(await read(open(scratch, { subpath: 'apps' })), apps);
  assert.deepEqual(await read(open(scratch, { subpath: './apps/' })), apps);
  assert.deepEqual(await read(open(scratch, { subpath: 'apps/deep' })), [apps[2]]);
  assert.deepEqual(await read(open(scratch)), [...apps, 'other/d.yaml: no']);
});

test('reads a bare repository, one with a working copy, and a file URL alike', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': 'a' });
  for (const repository of [
    scratch.bare,
    scratch.work,
    join(scratch.work, '.git'),
    `file://${scratch.bare}`,
  ]) {
    assert.deepEqual(await read(open(scratch, { repository })), ['a.yaml: a'], repository);
  }
});

test('what is committed counts, not what lies in the working copy', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': 'committed' });
  writeFileSync(join(scratch.work, 'a.yaml'), 'edited');
  assert.deepEqual(await read(open(scratch, { repository: scratch.work })), ['a.yaml: committed']);
});

test('reads packed objects, deltas among them, and packed refs', async () => {
  using scratch = new ScratchRepository();
  const long = Array.from(
    { length: 2_000 },
    (_, line) => `line ${line} of a file that changes little\n`,
  ).join('');
  const before = scratch.push({ 'a.yaml': long });
  scratch.push({ 'a.yaml': `${long}one more\n`, 'b.yaml': 'b' });
  scratch.gitBare(['gc', '-q', '--aggressive', '--prune=now']);
  const source = open(scratch);
  assert.deepEqual(await read(source), [`a.yaml: ${long}one more\n`, 'b.yaml: b']);
  assert.deepEqual(await read(open(scratch, { ref: before })), [`a.yaml: ${long}`]);
  scratch.push({ 'b.yaml': 'loose again' });
  assert.deepEqual(await read(source), [`a.yaml: ${long}one more\n`, 'b.yaml: loose again']);
});

test('a ref is a branch, a tag, a full name or a commit; a branch goes before a tag of its name', async () => {
  using scratch = new ScratchRepository();
  const first = scratch.push({ 'a.yaml': 'first' });
  scratch.git(['tag', 'light']);
  scratch.git(['tag', '-a', '-m', 'annotated', 'annotated']);
  scratch.git(['tag', '-a', '-m', 'of a tag', 'nested', 'annotated']);
  scratch.git(['tag', 'both']);
  scratch.git(['push', '-q', '--tags', 'origin']);
  const second = scratch.push({ 'a.yaml': 'second' }, 'team/feature');
  scratch.push({}, 'both');
  const names = {
    first: ['main', 'light', 'annotated', 'nested', 'refs/tags/annotated', 'refs/heads/main', 'HEAD', first],
    second: ['team/feature', second],
  };
  for (const ref of names.first)
    assert.deepEqual(await open(scratch, { ref }).resolve(), { commit: first }, ref);
  for (const ref of names.second)
    assert.deepEqual(await open(scratch, { ref }).resolve(), { commit: second }, ref);
  assert.notEqual((await open(scratch, { ref: 'both' }).resolve()).commit, first);
  scratch.gitBare(['pack-refs', '--all']);
  assert.deepEqual(await open(scratch, { ref: 'nested' }).resolve(), { commit: first });
});

test('a ref that is not there: the branches are named', async () => {
  using scratch = new ScratchRepository();
  await fails(
    open(scratch).resolve(),
    'stalled',
    'RefNotFound',
    /there is no branch, tag or commit main; the repository has no branches yet/u,
  );
  scratch.push({ 'a.yaml': 'a' });
  scratch.push({}, 'dev');
  await fails(
    open(scratch, { ref: 'mian' }).resolve(),
    'stalled',
    'RefNotFound',
    /mian; the branches are dev, main$/u,
  );
  await fails(
    open(scratch, { ref: '0'.repeat(40) }).resolve(),
    'stalled',
    'ObjectMissing',
    /does not have the commit 0000/u,
  );
  await fails(
    open(scratch, { ref: scratch.blob('x') }).resolve(),
    'stalled',
    'NotACommit',
    /is a blob, not a commit/u,
  );
});

test('a path that is not there: the folders are named', async () => {
  using scratch = new ScratchRepository();
  const commit = scratch.push({ 'apps/shop/a.yaml': 'a', 'infra/b.yaml': 'b', 'c.yaml': 'c' });
  const at = (subpath: string): Promise<unknown> => open(scratch, { subpath }).readTree(commit);
  await fails(
    at('app'),
    'stalled',
    'PathNotFound',
    /the commit has no folder app; the folders there are apps, infra$/u,
  );
  await fails(
    at('apps/shop/deep'),
    'stalled',
    'PathNotFound',
    /no folder apps\/shop\/deep; there are no folders$/u,
  );
  await fails(at('c.yaml'), 'stalled', 'PathNotAFolder', /c\.yaml is a file/u);
  await fails(at('../etc'), 'stalled', 'InvalidPath', /leads out of the repository/u);
});

test('a repository that is not there, or not readable, says why', async () => {
  using scratch = new ScratchRepository();
  const at = (repository: string): Promise<unknown> => open(scratch, { repository }).resolve();
  await fails(at(join(scratch.root, 'none')), 'stalled', 'RepositoryNotFound', /it does not exist/u);
  await fails(at(scratch.root), 'stalled', 'RepositoryNotFound', /it is a folder without a Git repository/u);
  await fails(at(''), 'stalled', 'InvalidRepository', /is not given/u);
  await fails(at('git@github.test:a/b.git'), 'stalled', 'SchemeNotSupported', /not by ssh yet/u);
  await fails(at('ssh://git@github.test/a/b.git'), 'stalled', 'SchemeNotSupported', /not by ssh yet/u);
  await fails(
    at('https://me:secret@[bad/'),
    'stalled',
    'InvalidRepository',
    /^the repository's URL cannot be read$/u,
  );

  scratch.push({ 'a.yaml': 'a' });
  scratch.git(['worktree', 'add', '-q', join(scratch.root, 'linked'), '-b', 'linked']);
  await fails(at(join(scratch.root, 'linked')), 'stalled', 'RepositoryNotSupported', /linked worktree/u);
  scratch.git(['init', '-q', '--bare', '--object-format=sha256', join(scratch.root, 'sha256.git')]);
  await fails(at(join(scratch.root, 'sha256.git')), 'stalled', 'RepositoryNotSupported', /SHA-256/u);
  scratch.git(['clone', '-q', '--bare', '--shared', scratch.bare, join(scratch.root, 'shared.git')]);
  await fails(at(join(scratch.root, 'shared.git')), 'stalled', 'RepositoryNotSupported', /borrows objects/u);
  scratch.gitBare(['config', 'extensions.refStorage', 'reftable']);
  await fails(at(scratch.bare), 'stalled', 'RepositoryNotSupported', /reftable/u);
});

test('an object that does not hold what its name says is refused', async () => {
  using scratch = new ScratchRepository();
  const commit = scratch.push({ 'a.yaml': 'image: honest\n' });
  const oid = scratch.git(['rev-parse', 'HEAD:a.yaml']);
  const path = join(scratch.bare, 'objects', oid.slice(0, 2), oid.slice(2));
  chmodSync(path, 0o600);
  writeFileSync(path, deflateSync('blob 14\0image: forged\n'));
  await fails(
    open(scratch).readTree(commit),
    'stalled',
    'RepositoryDamaged',
    /does not hold what its name says/u,
  );
  writeFileSync(path, 'no object');
  await fails(open(scratch).readTree(commit), 'stalled', 'RepositoryDamaged', /is damaged/u);
  rmSync(path);
  await fails(
    open(scratch).readTree(commit),
    'stalled',
    'ObjectMissing',
    new RegExp(`does not have the blob ${oid}`, 'u'),
  );
});

test('objects that unfold beyond the bound are refused, loose, packed or as a delta', async () => {
  using scratch = new ScratchRepository();
  const bomb = '0'.repeat(3_000_000);
  scratch.push({ 'small.yaml': 'small', 'bomb.yaml': bomb });
  const limits = { objectBytesMax: 1_000_000 };
  const expected = ['small.yaml: small', 'bomb.yaml is larger than 1000000 bytes'];
  assert.deepEqual(await read(open(scratch, { limits })), expected);
  scratch.gitBare(['repack', '-q', '-a', '-d']);
  assert.deepEqual(await read(open(scratch, { limits })), expected);

  const delta = scratch.push({ 'bomb.yaml': `${bomb}1` });
  scratch.push({ 'bomb.yaml': `${bomb}22` });
  scratch.gitBare(['repack', '-q', '-a', '-d', '-f', '--depth=10']);
  assert.match(packedChains(scratch), /chain length = 1/u);
  assert.deepEqual(await read(open(scratch, { limits, ref: delta })), expected);
  await fails(
    read(open(scratch, { limits: { packBytesMax: 1_000 } })),
    'stalled',
    'PackTooLarge',
    /a pack of \d+ bytes; at most 1000/u,
  );
});

test('trees are bounded in files, entries, depth and bytes', async () => {
  using scratch = new ScratchRepository();
  const commit = scratch.push({ 'a/b/c/d.yaml': '12345', 'a/e.yaml': '12345', 'a/f.txt': '' });
  const within = (limits: GitSourceOptions['limits'] & object): Promise<unknown> =>
    open(scratch, { limits }).readTree(commit);
  await within({ filesMax: 2, entriesMax: 6, treeDepthMax: 3, totalBytesMax: 10 });
  await fails(within({ filesMax: 1 }), 'stalled', 'TreeTooLarge', /more manifests; at most 1/u);
  await fails(within({ entriesMax: 5 }), 'stalled', 'TreeTooLarge', /more files and folders; at most 5/u);
  await fails(within({ treeDepthMax: 2 }), 'stalled', 'TreeTooDeep', /at a\/b\/c; at most 2/u);
  await fails(within({ totalBytesMax: 9 }), 'stalled', 'TreeTooLarge', /more bytes of manifests; at most 9/u);
});

test('a few trees that share subtrees do not unfold to billions of files', async () => {
  using scratch = new ScratchRepository();
  let tree = scratch.craftTree([{ mode: '100644', name: 'a.yaml', oid: scratch.blob('a') }]);
  const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
  for (let depth = 0; depth < 20; depth++)
    tree = scratch.craftTree(names.map((name) => ({ mode: '40000', name, oid: tree })));
  const commit = scratch.commitTree(tree);
  await fails(open(scratch).readTree(commit), 'stalled', 'TreeTooLarge', /at most/u);
});

function packedChains(scratch: ScratchRepository): string {
  const directory = join(scratch.bare, 'objects', 'pack');
  const index = readdirSync(directory).find((name) => name.endsWith('.idx')) ?? '';
  return scratch.git(['verify-pack', '--verbose', join(directory, index)]);
}
