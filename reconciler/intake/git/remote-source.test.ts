import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GitSourceError } from './git-source-error.ts';
import { type GitSource, type GitSourceOptions, openGitSource } from './git-source.ts';
import { type GitHttpServer, type Interceptor, serveGit } from './testing/git-http-server.ts';
import { ScratchRepository } from './testing/scratch-repository.ts';

interface Place {
  readonly scratch: ScratchRepository;
  readonly server: GitHttpServer;
  /** The URL of the repository. */
  readonly url: string;
  readonly open: (options?: Partial<GitSourceOptions>) => GitSource;
}

async function served(run: (place: Place) => Promise<void>, intercept?: Interceptor): Promise<void> {
  using scratch = new ScratchRepository();
  await using server = await serveGit(scratch.root, intercept);
  const url = `${server.origin}/shop.git`;
  const open = (options: Partial<GitSourceOptions> = {}): GitSource =>
    openGitSource({ repository: url, ref: 'main', subpath: '', cacheDirectory: scratch.cache, ...options });
  await run({ scratch, server, url, open });
}

async function read(source: GitSource): Promise<readonly string[]> {
  const { commit } = await source.resolve();
  const { files } = await source.readTree(commit);
  return files.map(({ path, content }) => `${path}: ${Buffer.from(content).toString()}`);
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

/** Packs that were asked for: requests of git-upload-pack but for those of ls-refs. */
function posts(server: GitHttpServer): number {
  return server.requests.filter((request) => request.startsWith('POST')).length;
}

test('reads a branch, and the next commit of it, from git http-backend', () =>
  served(async ({ scratch, open }) => {
    const first = scratch.push({ 'a.yaml': '1', 'deep/b.yaml': '1' });
    const source = open();
    assert.deepEqual(await source.resolve(), { commit: first });
    assert.deepEqual(await read(source), ['a.yaml: 1', 'deep/b.yaml: 1']);
    scratch.push({ 'a.yaml': '2' });
    assert.deepEqual(await read(source), ['a.yaml: 2', 'deep/b.yaml: 1']);
    assert.deepEqual(await read(open({ subpath: 'deep' })), ['deep/b.yaml: 1']);
  }));

test('resolves branches, tags, annotated tags and full names, and names the branches otherwise', () =>
  served(async ({ scratch, open }) => {
    const first = scratch.push({ 'a.yaml': '1' });
    scratch.git(['tag', 'light']);
    scratch.git(['tag', '-a', '-m', 'annotated', 'v1']);
    scratch.git(['push', '-q', '--tags', 'origin']);
    scratch.push({ 'a.yaml': '2' });
    const dev = scratch.push({ 'a.yaml': '3' }, 'team/dev');
    for (const ref of ['light', 'v1', 'refs/tags/v1']) {
      assert.deepEqual(await open({ ref }).resolve(), { commit: first }, ref);
      assert.deepEqual(await read(open({ ref })), ['a.yaml: 1'], ref);
    }
    assert.deepEqual(await open({ ref: 'team/dev' }).resolve(), { commit: dev });
    assert.deepEqual(await read(open({ ref: 'HEAD' })), ['a.yaml: 2']);
    await fails(
      open({ ref: 'none' }).resolve(),
      'stalled',
      'RefNotFound',
      /none; the branches are main, team\/dev$/u,
    );
  }));

test('a repository without commits has no branches yet', () =>
  served(async ({ open }) => {
    await fails(open().resolve(), 'stalled', 'RefNotFound', /the repository has no branches yet/u);
  }));

test('a commit that is on disk is not fetched again, by a second source and after a restart neither', () =>
  served(async ({ scratch, server, open }) => {
    const commit = scratch.push({ 'a.yaml': '1' });
    await Promise.all([open().readTree(commit), open().readTree(commit)]);
    const before = posts(server);
    assert.deepEqual((await open({ ref: commit }).readTree(commit)).files.length, 1);
    await open().readTree(commit);
    assert.equal(posts(server), before);
  }));

test('only the commit itself is fetched, and only the commits asked for last are kept', () =>
  served(async ({ scratch, open }) => {
    const source = open();
    const commits: string[] = [];
    for (let round = 0; round < 10; round++) {
      commits.push(scratch.push({ 'a.yaml': `${round}` }));
      await read(source);
    }
    const [repository = ''] = readdirSync(scratch.cache);
    const kept = readdirSync(join(scratch.cache, repository));
    assert.deepEqual(kept.sort(), commits.slice(-8).sort());
    const newest = join(scratch.cache, repository, commits.at(-1) ?? '');
    assert.equal(scratch.git(['--git-dir', newest, 'rev-list', '--count', commits.at(-1) ?? '']), '1');
  }));

test('a copy on disk that is damaged is fetched anew', () =>
  served(async ({ scratch, open }) => {
    const commit = scratch.push({ 'a.yaml': '1' });
    await open().readTree(commit);
    const [repository = ''] = readdirSync(scratch.cache);
    const packs = join(scratch.cache, repository, commit, 'objects', 'pack');
    for (const name of readdirSync(packs)) writeFileSync(join(packs, name), 'damaged');
    assert.deepEqual(await read(open()), ['a.yaml: 1']);
    for (const name of readdirSync(packs)) rmSync(join(packs, name));
    assert.deepEqual(await read(open()), ['a.yaml: 1']);
  }));

test('a commit that was superseded can be read; one that was rewritten away is tried again', () =>
  served(async ({ scratch, open }) => {
    const superseded = scratch.push({ 'a.yaml': '1' });
    const rewritten = scratch.push({ 'a.yaml': '2' });
    scratch.git(['reset', '-q', '--hard', superseded]);
    scratch.git(['push', '-q', '--force', 'origin', 'HEAD:refs/heads/main']);
    scratch.push({ 'a.yaml': '3' });
    assert.equal((await open().readTree(superseded)).files.length, 1);
    for (const commit of [rewritten, '1'.repeat(40)]) {
      const says = new RegExp(`the server refuses: upload-pack: not our ref ${commit}`, 'u');
      await fails(open().readTree(commit), 'retry', 'CommitNotServed', says);
    }
  }));

test('a remote does not tell of changes; its watch ends with the signal', () =>
  served(async ({ open }) => {
    const abort = new AbortController();
    const waiting = open().changes(abort.signal)[Symbol.asyncIterator]().next();
    abort.abort();
    assert.equal((await waiting).done, true);
  }));
