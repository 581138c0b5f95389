import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GitSourceError } from './git-source-error.ts';
import { openGitSource } from './git-source.ts';
import { ScratchRepository } from './testing/scratch-repository.ts';

interface CraftedEntry {
  readonly mode: string;
  readonly name: Uint8Array | string;
  readonly oid: string;
}

/** What reading a root folder of these entries gives: each path that was read, and each problem. */
async function reading(
  craft: (scratch: ScratchRepository) => readonly CraftedEntry[],
): Promise<readonly string[]> {
  using scratch = new ScratchRepository();
  const commit = scratch.commitTree(scratch.craftTree(craft(scratch)));
  const source = openGitSource({
    repository: scratch.bare,
    ref: 'main',
    subpath: '',
    cacheDirectory: scratch.cache,
  });
  const { files, problems } = await source.readTree(commit);
  return [...files.map(({ path }) => path), ...problems.map(({ path, message }) => `${path}: ${message}`)];
}

function file(name: Uint8Array | string, scratch: ScratchRepository): CraftedEntry {
  return { mode: '100644', name, oid: scratch.blob('a: 1\n') };
}

test('links are problems by their path alone, whatever their extension', async () => {
  assert.deepEqual(
    await reading((scratch) => [
      { mode: '120000', name: 'a.yaml', oid: scratch.blob('/etc/shadow') },
      { mode: '160000', name: 'b', oid: '1'.repeat(40) },
      file('c.yaml', scratch),
      { mode: '120000', name: 'd', oid: scratch.blob('..') },
    ]),
    [
      'c.yaml',
      'a.yaml: is a symbolic link; links are not followed',
      'b: is a submodule; submodules are not read',
      'd: is a symbolic link; links are not followed',
    ],
  );
});

test('an entry that occurs twice is a problem, also once as a file and once as a folder', async () => {
  assert.deepEqual(await reading((scratch) => [file('a.yaml', scratch), file('a.yaml', scratch)]), [
    'a.yaml',
    'a.yaml: occurs more than once in its folder',
  ]);
  assert.deepEqual(
    await reading((scratch) => [
      file('a.yaml', scratch),
      file('a.yaml.json', scratch),
      { mode: '40000', name: 'a.yaml', oid: scratch.craftTree([file('b.yaml', scratch)]) },
    ]),
    ['a.yaml', 'a.yaml.json', 'a.yaml: occurs more than once in its folder'],
  );
});

test('entries out of order are a problem; folders are ordered as with a slash', async () => {
  assert.deepEqual(await reading((scratch) => [file('b.yaml', scratch), file('a.yaml', scratch)]), [
    'b.yaml',
    'a.yaml: is not in order within its folder',
  ]);
  const folder = (scratch: ScratchRepository): CraftedEntry => ({
    mode: '40000',
    name: 'a',
    oid: scratch.craftTree([file('x.yaml', scratch)]),
  });
  const inOrder = await reading((scratch) => [
    file('a.yaml', scratch),
    folder(scratch),
    file('a0.yaml', scratch),
  ]);
  assert.deepEqual(inOrder, ['a.yaml', 'a/x.yaml', 'a0.yaml']);
  assert.deepEqual(await reading((scratch) => [folder(scratch), file('a.yaml', scratch)]), [
    'a/x.yaml',
    'a.yaml: is not in order within its folder',
  ]);
});

test('names that no file should have are problems, and are printed safely', async () => {
  const cases: [Uint8Array | string, string][] = [
    ['..', '..: is not a name that a file can have'],
    ['.', '.: is not a name that a file can have'],
    ['', ': has an empty name'],
    ['.git', '.git: has a name that is reserved for Git itself'],
    ['.GIT', '.GIT: has a name that is reserved for Git itself'],
    ['git~1', 'git~1: has a name that is reserved for Git itself'],
    ['.g\u200cit', '.g\u200cit: has a name that is reserved for Git itself'],
    ['a/b.yaml', 'a/b.yaml: has a slash in its name'],
    ['/etc.yaml', '/etc.yaml: has a slash in its name'],
    ['a\u001b[31m.yaml', 'a\\x1b[31m.yaml: has a control character in its name'],
    ['a\nb.yaml', 'a\\x0ab.yaml: has a control character in its name'],
    [Buffer.from([0x61, 0xff, 0x2e, 0x79, 0x6d, 0x6c]), 'a\ufffd.yml: has a name that is not UTF-8'],
  ];
  for (const [name, expected] of cases) {
    assert.deepEqual(await reading((scratch) => [file(name, scratch)]), [expected]);
  }
});

test('a mode that Git does not write is a problem; the old one of shared repositories is not', async () => {
  assert.deepEqual(
    await reading((scratch) => [
      { ...file('a.yaml', scratch), mode: '100664' },
      { ...file('b.yaml', scratch), mode: '100755' },
      { ...file('c.yaml', scratch), mode: '060000' },
    ]),
    ['a.yaml', 'b.yaml', 'c.yaml: has a mode that Git does not write: "060000"'],
  );
});

test('a tree that is cut short is damage', async () => {
  using scratch = new ScratchRepository();
  const tree = scratch.gitBare(
    ['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'],
    '100644 a.yaml\0short',
  );
  const commit = scratch.commitTree(tree);
  const source = openGitSource({
    repository: scratch.bare,
    ref: 'main',
    subpath: '',
    cacheDirectory: scratch.cache,
  });
  await assert.rejects(
    source.readTree(commit),
    (error) => error instanceof GitSourceError && error.reason === 'RepositoryDamaged',
  );
});

test('on the way to the path only what makes the way unclear matters', async () => {
  using scratch = new ScratchRepository();
  const apps = scratch.craftTree([file('a.yaml', scratch)]);
  const link = { mode: '120000', name: 'link', oid: scratch.blob('apps') };
  const read = async (subpath: string, entries: readonly CraftedEntry[]): Promise<unknown> => {
    const commit = scratch.commitTree(scratch.craftTree(entries));
    const source = openGitSource({
      repository: scratch.bare,
      ref: 'main',
      subpath,
      cacheDirectory: scratch.cache,
    });
    const { files, problems } = await source.readTree(commit);
    return [files.map(({ path }) => path), problems];
  };
  const folder = { mode: '40000', name: 'apps', oid: apps };
  assert.deepEqual(await read('apps', [folder, link]), [['apps/a.yaml'], []]);
  await assert.rejects(read('link', [folder, link]), /link is a symbolic link; links are not followed/u);
  await assert.rejects(read('apps', [folder, folder]), /apps occurs more than once in its folder/u);
});
