import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application, ApplicationSpec } from '../../schemas/berth/types.ts';
import type { ConfigMap, Namespace } from '../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import {
  type ManifestSource,
  type ManifestSources,
  SourceError,
  type SourceObject,
  type Store,
} from '../core/ports.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { ApplicationLoop } from './applications.ts';
import type { Cluster } from './cluster.ts';
import { HandClock, quiet, settled } from '../../test/sim/hand-clock.ts';
import { type TestContext, memoryCluster, submitted } from '../../test/sim/memory-cluster.ts';

const minuteMs = 60_000;

interface Content {
  readonly objects?: readonly ConfigMap[];
  readonly problems?: readonly string[];
}

/** A repository whose commits are lists of objects; it tells of a push only where it `tells`. */
class MemoryRepository implements ManifestSource {
  readonly commits = new Map<string, Content>();
  readonly reads: string[] = [];
  failure: Error | undefined;
  tells = true;
  /** Whether a question for the head hangs until it is given up. */
  stalls = false;
  #head = '';
  #wake = (): void => undefined;

  push(commit: string, content: Content): void {
    this.commits.set(commit, content);
    this.#head = commit;
    if (this.tells) this.#wake();
  }

  async resolve(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.stalls)
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    if (this.failure !== undefined) throw this.failure;
    return this.#head;
  }

  async read(commit: string): ReturnType<ManifestSource['read']> {
    this.reads.push(commit);
    const { objects = [], problems = [] } = this.commits.get(commit) ?? assert.fail(`no commit ${commit}`);
    const found: SourceObject[] = objects.map((object, index) => ({
      object,
      source: { path: 'app.yaml', line: index + 1 },
    }));
    return { objects: found, problems: problems.map((text) => ({ text })) };
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    signal.addEventListener('abort', () => this.#wake());
    for (;;) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
      if (signal.aborted) return;
      yield;
    }
  }
}

interface Trial {
  readonly store: Store;
  readonly clock: HandClock;
  readonly repositories: Map<string, MemoryRepository>;
  readonly cluster: Cluster;
  readonly loop: ApplicationLoop;
  readonly told: string[];
  readonly failures: unknown[];
  /** What others do between the loop's plans and their commits, one after another. */
  readonly rival: (() => Promise<void>)[];
}

/** A started loop over a cluster with the namespace `default`; a second one on the same store is a restart. */
async function started(
  context: TestContext,
  { store = createMemoryStore(), clock = new HandClock(), repositories = new Map() }: Partial<Trial> = {},
): Promise<Trial> {
  const cluster = await memoryCluster(context, clock, store);
  const sources: ManifestSources = { open: (spec) => repositoryOf(repositories, spec.repository) };
  const [told, failures, rival]: [string[], unknown[], (() => Promise<void>)[]] = [[], [], []];
  const access: ClusterAccess = {
    view: cluster.view,
    current: () => cluster.current(),
    until: (revision) => cluster.until(revision),
    listen: (listener) => cluster.listen(listener),
    submit: async (changes) => {
      await rival.shift()?.();
      return cluster.submit(changes);
    },
  };
  const loop = new ApplicationLoop({
    cluster: access,
    clock,
    logger: quiet,
    sources,
    schedules: { next: (_expression, afterMs) => afterMs + minuteMs },
    tell: (application, text) => told.push(`${application} ${text}`),
    failed: (error) => failures.push(error),
  });
  loop.start();
  context.after(async () => {
    loop.stop();
  });
  await settled();
  return { store, clock, repositories, cluster, loop, told, failures, rival };
}

function repositoryOf(repositories: Map<string, MemoryRepository>, location: string): MemoryRepository {
  const known = repositories.get(location) ?? new MemoryRepository();
  repositories.set(location, known);
  return known;
}

/** The Application `shop` of a repository that holds `content` as the commit `first`. */
async function following(
  context: TestContext,
  content: Content,
  spec: Partial<ApplicationSpec> = {},
): Promise<Trial & { readonly repository: MemoryRepository }> {
  const trial = await started(context);
  const repository = repositoryOf(trial.repositories, '/srv/git/shop.git');
  repository.push('first', content);
  await createApplication(trial.cluster, 'shop', spec);
  return { ...trial, repository };
}

async function createApplication(
  cluster: Cluster,
  name: string,
  spec: Partial<ApplicationSpec> = {},
): Promise<void> {
  const object: Application = {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Application',
    metadata: { name },
    spec: { repository: `/srv/git/${name}.git`, ...spec },
  };
  await submitted(cluster, { type: 'create', object });
}

function configMap(name: string, color: string, namespace = 'default'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { color } };
}

function stored(cluster: Cluster, name: string): ConfigMap | undefined {
  return cluster.view.get<ConfigMap>('v1', 'ConfigMap', 'default', name);
}

function colors(cluster: Cluster): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    cluster.view
      .list<ConfigMap>('v1', 'ConfigMap')
      .map(({ metadata, data }) => [metadata.name ?? '', data?.['color']]),
  );
}

function applicationOf(cluster: Cluster, name = 'shop'): Application {
  return (
    cluster.view.get<Application>('berth.dev/v1alpha1', 'Application', '', name) ??
    assert.fail(`there is no Application ${name}`)
  );
}

/** `COMMIT PHASE` of what the cluster follows and of what was seen last. */
function phases(cluster: Cluster, name = 'shop'): readonly [applied: string, latest: string] {
  const { applied, latest } = applicationOf(cluster, name).status ?? {};
  const shown = (one: typeof latest): string => (one === undefined ? '' : `${one.commit} ${one.phase}`);
  return [shown(applied), shown(latest)];
}

/** Changes an object by hand. */
async function recolored(cluster: Cluster, name: string, color: string): Promise<void> {
  const live = stored(cluster, name) ?? assert.fail(`there is no config map ${name}`);
  const object: ConfigMap = { ...live, data: { ...live.data, color } };
  await submitted(cluster, { type: 'update', scope: 'spec', object });
}

async function respecified(cluster: Cluster, spec: Partial<ApplicationSpec>): Promise<void> {
  const live = applicationOf(cluster);
  const object: Application = { ...live, spec: { ...live.spec, ...spec } };
  await submitted(cluster, { type: 'update', scope: 'spec', object });
}

test('a good commit is applied and told in the status', async (context) => {
  const { cluster, told } = await following(context, {
    objects: [configMap('web', 'blue'), configMap('api', 'red')],
  });
  assert.deepEqual(colors(cluster), { web: 'blue', api: 'red' });
  const revision = {
    commit: 'first',
    phase: 'Applied',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:00Z',
    created: 2,
    changed: 0,
    pruned: 0,
  };
  assert.deepEqual(applicationOf(cluster).status, {
    applied: revision,
    latest: revision,
    observedGeneration: 1,
    lastRun: '2026-01-01T00:00:00Z',
  });
  assert.deepEqual(told, ['shop first applied: 2 created, 0 changed, 0 pruned (0 ms)']);
});

test('a bad commit changes nothing, tells every problem, and the next good one supersedes it', async (context) => {
  const { cluster, repository, told } = await following(context, { objects: [configMap('web', 'blue')] });
  const problems = ['app.yaml:3:1: data: expected a map', 'app.yaml:9:1: kind: unknown'];
  repository.push('second', { objects: [configMap('web', 'red')], problems });
  await settled();
  assert.deepEqual(colors(cluster), { web: 'blue' });
  assert.deepEqual(phases(cluster), ['first Applied', 'second Invalid']);
  const { latest } = applicationOf(cluster).status ?? {};
  assert.deepEqual([latest?.problems, latest?.message], [problems, '2 problems; nothing was changed']);
  assert.equal(
    told.at(-1),
    `shop second refused: 2 problems; nothing was changed\n  ${problems.join('\n  ')}`,
  );
  repository.push('third', { objects: [configMap('web', 'green')] });
  await settled();
  assert.deepEqual(colors(cluster), { web: 'green' });
  assert.deepEqual(phases(cluster), ['third Applied', 'third Applied']);
});

test('a bad commit is read once and told once, however often its time comes', async (context) => {
  const { clock, repository, told } = await following(context, { problems: ['app.yaml:1:1: no'] });
  await clock.pass(5 * minuteMs);
  assert.deepEqual(repository.reads, ['first']);
  assert.equal(told.length, 1);
});

test('a commit that the cluster cannot take is refused as a whole', async (context) => {
  const { cluster } = await following(context, {
    objects: [configMap('web', 'blue'), configMap('api', 'red', 'nowhere')],
  });
  assert.deepEqual(colors(cluster), {});
  assert.deepEqual(phases(cluster), ['', 'first Invalid']);
  assert.match(applicationOf(cluster).status?.latest?.problems?.join() ?? '', /nowhere/);
});

test('what somebody changes or deletes by hand is put back', async (context) => {
  const { cluster, told } = await following(context, { objects: [configMap('web', 'blue')] });
  await recolored(cluster, 'web', 'red');
  assert.deepEqual(colors(cluster), { web: 'blue' });
  assert.equal(told.at(-1), 'shop first put back: 0 created, 1 changed, 0 pruned (0 ms)');
  const { uid = '' } = stored(cluster, 'web')?.metadata ?? {};
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' };
  await submitted(cluster, { type: 'delete', ref, uid });
  assert.deepEqual(colors(cluster), { web: 'blue' });
  assert.equal(told.at(-1), 'shop first put back: 1 created, 0 changed, 0 pruned (0 ms)');
});

test('what the repository does not say is left alone', async (context) => {
  const { cluster } = await following(context, { objects: [configMap('web', 'blue')] });
  const live = stored(cluster, 'web') ?? assert.fail('there is no config map web');
  const object: ConfigMap = { ...live, data: { ...live.data, size: 'large' } };
  await submitted(
    cluster,
    { type: 'update', scope: 'spec', object },
    { type: 'create', object: configMap('mine', 'black') },
  );
  assert.deepEqual(stored(cluster, 'web')?.data, { color: 'blue', size: 'large' });
  assert.deepEqual(colors(cluster), { mine: 'black', web: 'blue' });
});

for (const prune of [true, false]) {
  test(`what left the repository is ${prune ? 'pruned' : 'kept where pruning is off'}`, async (context) => {
    const both = [configMap('web', 'blue'), configMap('api', 'red')];
    const { cluster, repository } = await following(context, { objects: both }, { prune });
    repository.push('second', { objects: [configMap('web', 'blue')] });
    await settled();
    assert.deepEqual(colors(cluster), prune ? { web: 'blue' } : { api: 'red', web: 'blue' });
    assert.deepEqual(phases(cluster), ['second Applied', 'second Applied']);
    assert.equal(applicationOf(cluster).status?.applied?.pruned, prune ? 1 : 0);
  });
}

test('a suspended application changes nothing until it is resumed', async (context) => {
  const { cluster, clock, repository } = await following(context, { objects: [configMap('web', 'blue')] });
  await respecified(cluster, { suspend: true });
  repository.push('second', { objects: [configMap('web', 'green')] });
  await recolored(cluster, 'web', 'red');
  await clock.pass(3 * minuteMs);
  assert.deepEqual(colors(cluster), { web: 'red' });
  assert.deepEqual(phases(cluster), ['first Applied', 'first Applied']);
  await respecified(cluster, { suspend: false });
  assert.deepEqual(colors(cluster), { web: 'green' });
  assert.deepEqual(phases(cluster), ['second Applied', 'second Applied']);
});

test('a source that cannot be read is told once and asked again until it can', async (context) => {
  const trial = await started(context);
  const { cluster, clock, told, failures } = trial;
  const repository = repositoryOf(trial.repositories, '/srv/git/shop.git');
  repository.failure = new SourceError('retry', 'Unreachable', 'no route to the host');
  await createApplication(cluster, 'shop');
  await clock.pass(12_000);
  assert.deepEqual(phases(cluster), ['', ' Failed']);
  assert.equal(applicationOf(cluster).status?.latest?.message, 'Unreachable: no route to the host');
  assert.deepEqual(told, ['shop not read: Unreachable: no route to the host; trying again']);
  repository.failure = undefined;
  repository.tells = false;
  repository.push('first', { objects: [configMap('web', 'blue')] });
  await clock.pass(5_000);
  assert.deepEqual(colors(cluster), { web: 'blue' });
  assert.deepEqual(phases(cluster), ['first Applied', 'first Applied']);
  assert.deepEqual(failures, []);
});

test('a source that failed for a while leaves no failure in the status of what is applied', async (context) => {
  const { cluster, clock, repository, told } = await following(context, {
    objects: [configMap('web', 'blue')],
  });
  repository.failure = new SourceError('retry', 'Unreachable', 'no route to the host');
  await clock.pass(minuteMs);
  assert.deepEqual(phases(cluster), ['first Applied', 'first Failed']);
  repository.failure = undefined;
  await clock.pass(10_000);
  assert.deepEqual(phases(cluster), ['first Applied', 'first Applied']);
  assert.equal(applicationOf(cluster).status?.latest?.message, undefined);
  const lines = told.length;
  await clock.pass(5 * minuteMs);
  assert.equal(told.length, lines);
});

test('a source that failed after a bad commit tells the problems of that commit again', async (context) => {
  const { cluster, clock, repository } = await following(context, { objects: [configMap('web', 'blue')] });
  repository.push('second', { problems: ['app.yaml:1:1: no'] });
  await settled();
  repository.failure = new SourceError('retry', 'Unreachable', 'no route to the host');
  await clock.pass(minuteMs);
  assert.deepEqual(phases(cluster), ['first Applied', 'second Failed']);
  repository.failure = undefined;
  await clock.pass(10_000);
  assert.deepEqual(phases(cluster), ['first Applied', 'second Invalid']);
  assert.deepEqual(applicationOf(cluster).status?.latest?.problems, ['app.yaml:1:1: no']);
});

test('after a restart under a bad commit the last good one is still enforced', async (context) => {
  const before = await following(context, { objects: [configMap('web', 'blue')] });
  before.repository.push('second', { problems: ['app.yaml:1:1: no'] });
  await settled();
  before.loop.stop();
  await recolored(before.cluster, 'web', 'red');
  const { cluster } = await started(context, before);
  assert.deepEqual(colors(cluster), { web: 'blue' });
  assert.deepEqual(phases(cluster), ['first Applied', 'second Invalid']);
  await recolored(cluster, 'web', 'black');
  assert.deepEqual(colors(cluster), { web: 'blue' });
});

test('a source that tells nothing is asked when its schedule says so', async (context) => {
  const { cluster, clock, repository } = await following(context, { objects: [configMap('web', 'blue')] });
  repository.tells = false;
  repository.push('second', { objects: [configMap('web', 'green')] });
  await clock.pass(minuteMs - 1000);
  assert.deepEqual(colors(cluster), { web: 'blue' });
  await clock.pass(1000);
  assert.deepEqual(colors(cluster), { web: 'green' });
});

test('a clock that is set back or ahead by a day stops no schedule', async (context) => {
  const dayMs = 24 * 60 * minuteMs;
  const { cluster, clock, repository } = await following(context, { objects: [configMap('web', 'blue')] });
  repository.tells = false;
  for (const [step, color] of [
    [-dayMs, 'green'],
    [dayMs, 'yellow'],
  ] as const) {
    await clock.step(step);
    repository.push(color, { objects: [configMap('web', color)] });
    await clock.pass(2 * minuteMs);
    assert.deepEqual(colors(cluster), { web: color });
  }
});

test('the last run is kept with the application', async (context) => {
  const { cluster, clock } = await following(context, { objects: [configMap('web', 'blue')] });
  const before = applicationOf(cluster).status?.lastRun;
  await clock.pass(5 * minuteMs);
  const after = applicationOf(cluster).status?.lastRun;
  assert.equal(Date.parse(after ?? '') - Date.parse(before ?? ''), 5 * minuteMs);
});

test('a commit that the cluster could not take is planned again when its time comes', async (context) => {
  const { cluster, clock, repository } = await following(context, {
    objects: [configMap('web', 'blue'), configMap('api', 'red', 'later')],
  });
  assert.deepEqual(phases(cluster), ['', 'first Invalid']);
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } };
  await submitted(cluster, { type: 'create', object: namespace });
  await clock.pass(minuteMs);
  assert.deepEqual(phases(cluster), ['first Applied', 'first Applied']);
  assert.deepEqual(repository.reads, ['first'], 'it was not read again');
});

test('a commit that lost every race is planned again at the next turn', async (context) => {
  const { cluster, rival, repository } = await following(context, { objects: [configMap('web', 'blue')] });
  // Somebody who is always quicker: `web` changes after each plan and before its commit.
  for (let race = 1; race <= 10; race++) rival.push(() => recolored(cluster, 'web', `red ${race}`));
  repository.push('second', { objects: [configMap('web', 'green')] });
  while (rival.length > 0) await settled();
  await settled();
  assert.deepEqual(colors(cluster), { web: 'green' });
  assert.deepEqual(phases(cluster), ['second Applied', 'second Applied']);
});

test('an application that is changed or deleted while its source is read breaks nothing', async (context) => {
  const { cluster, repository, failures } = await following(context, { objects: [configMap('web', 'blue')] });
  repository.stalls = true;
  repository.push('second', { objects: [configMap('web', 'green')] });
  await settled();
  repository.stalls = false;
  await respecified(cluster, { prune: false });
  assert.deepEqual(colors(cluster), { web: 'green' });
  repository.stalls = true;
  repository.push('third', { objects: [configMap('web', 'red')] });
  await settled();
  const { uid = '' } = applicationOf(cluster).metadata;
  const ref = { apiVersion: 'berth.dev/v1alpha1', kind: 'Application', namespace: '', name: 'shop' };
  await submitted(cluster, { type: 'delete', ref, uid });
  assert.deepEqual(colors(cluster), { web: 'green' });
  assert.deepEqual(failures, []);
});

test('an application whose source stalls holds up no other', async (context) => {
  const trial = await following(context, { objects: [configMap('web', 'blue')] });
  trial.repository.stalls = true;
  trial.repository.push('second', { objects: [configMap('web', 'green')] });
  const blog = repositoryOf(trial.repositories, '/srv/git/blog.git');
  blog.push('one', { objects: [configMap('blog', 'white')] });
  await createApplication(trial.cluster, 'blog');
  assert.deepEqual(colors(trial.cluster), { blog: 'white', web: 'blue' });
  assert.deepEqual(phases(trial.cluster, 'blog'), ['one Applied', 'one Applied']);
});

test('a plan of another ref shows what it would change and changes nothing', async (context) => {
  const { cluster, loop, repository } = await following(context, {
    objects: [configMap('web', 'blue'), configMap('api', 'red')],
  });
  const { revision } = cluster.view;
  repository.tells = false;
  repository.push('preview', { objects: [configMap('web', 'green'), configMap('new', 'white')] });
  const { signal } = new AbortController();
  const { commit, problems, plan } = await loop.plan('shop', 'preview', signal);
  assert.deepEqual([commit, problems], ['preview', []]);
  assert.deepEqual(plan?.steps.map(({ action, ref }) => `${action} ${ref.name}`).sort(), [
    'change web',
    'create new',
    'prune api',
  ]);
  repository.push('wrong', { problems: ['app.yaml:1:1: no'] });
  assert.deepEqual(await loop.plan('shop', 'wrong', signal), {
    commit: 'wrong',
    problems: ['app.yaml:1:1: no'],
    plan: undefined,
  });
  await assert.rejects(loop.plan('nobody', undefined, signal), {
    name: 'SourceError',
    reason: 'NotFound',
    message: 'there is no Application nobody',
  });
  assert.equal(cluster.view.revision, revision);
});
