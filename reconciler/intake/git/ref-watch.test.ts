import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { test } from 'node:test';
import { type GitSource, openGitSource } from './git-source.ts';
import { ScratchRepository } from './testing/scratch-repository.ts';

/** A source that is watched, and told of each change with the commit that it then resolves to. */
async function watching(
  scratch: ScratchRepository,
  ref: string,
  run: (next: () => Promise<string | undefined>, source: GitSource) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  const source = openGitSource({ repository: scratch.bare, ref, subpath: '', cacheDirectory: scratch.cache });
  const changes = source.changes(abort.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { done } = await changes.next();
    return done === true ? undefined : (await source.resolve()).commit;
  };
  try {
    await run(next, source);
  } finally {
    abort.abort();
    assert.equal((await changes.next()).done, true);
  }
}

test('each push is told, and what it brought can be read at once', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  await watching(scratch, 'main', async (next, source) => {
    await source.resolve();
    for (let round = 1; round <= 5; round++) {
      const told = next();
      const pushed = scratch.push({ 'a.yaml': `${round}` });
      assert.equal(await told, pushed);
      const { files } = await source.readTree(pushed);
      assert.equal(Buffer.from(files[0]?.content ?? []).toString(), `${round}`);
    }
  });
});

test('a push between resolving and watching is told', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  await watching(scratch, 'main', async (next, source) => {
    await source.resolve();
    const pushed = scratch.push({ 'a.yaml': '1' });
    assert.equal(await next(), pushed);
  });
});

test('pushes to other branches are not told', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  await watching(scratch, 'main', async (next, source) => {
    await source.resolve();
    const told = next();
    scratch.push({ 'a.yaml': '1' }, 'dev');
    scratch.push({ 'a.yaml': '2' }, 'dev');
    const pushed = scratch.push({ 'a.yaml': '3' });
    assert.equal(await told, pushed);
  });
});

test('a branch in folders that do not exist yet is told when it comes, moves and is packed', async () => {
  using scratch = new ScratchRepository();
  const first = scratch.push({ 'a.yaml': '0' });
  await watching(scratch, 'team/one/feature', async (next) => {
    const appears = next();
    scratch.gitBare(['update-ref', 'refs/heads/team/one/feature', first]);
    assert.equal(await appears, first);
    const moves = next();
    scratch.gitBare(['pack-refs', '--all', '--prune']);
    const second = scratch.push({ 'a.yaml': '1' }, 'team/one/feature');
    assert.equal(await moves, second);
  });
});

test('HEAD is told when it is set to another branch, and when that one moves', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  const dev = scratch.push({ 'a.yaml': '1' }, 'team/dev');
  await watching(scratch, 'HEAD', async (next, source) => {
    await source.resolve();
    const switched = next();
    scratch.gitBare(['symbolic-ref', 'HEAD', 'refs/heads/team/dev']);
    assert.equal(await switched, dev);
    const moved = next();
    const pushed = scratch.push({ 'a.yaml': '2' }, 'team/dev');
    assert.equal(await moved, pushed);
  });
});

test('a repository that is moved away and back again is watched anew', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  const copy = `${scratch.bare}.copy`;
  scratch.git(['clone', '-q', '--mirror', scratch.bare, copy]);
  await watching(scratch, 'main', async (next, source) => {
    await source.resolve();
    const watched = next();
    assert.equal(scratch.push({ 'a.yaml': 'watched' }), await watched);
    const gone = next();
    renameSync(scratch.bare, `${scratch.bare}.old`);
    await assert.rejects(gone, /there is no Git repository/u);
    const back = next();
    renameSync(copy, scratch.bare);
    await back;
    const moved = next();
    const pushed = scratch.push({ 'a.yaml': '1' });
    assert.equal(await moved, pushed);
  });
});

test('abort ends a watch that waits', async () => {
  using scratch = new ScratchRepository();
  scratch.push({ 'a.yaml': '0' });
  const abort = new AbortController();
  const source = openGitSource({
    repository: scratch.bare,
    ref: 'main',
    subpath: '',
    cacheDirectory: scratch.cache,
  });
  await source.resolve();
  const waiting = source.changes(abort.signal)[Symbol.asyncIterator]().next();
  setImmediate(() => abort.abort());
  assert.equal((await waiting).done, true);
});
