import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { type Kubeconfig, kubeconfigPath, mergeKubeconfig } from './kubeconfig-file.ts';

interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

async function scratch(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-kubeconfig-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function made(server: string): Kubeconfig {
  const cluster = { name: 'berth', cluster: { server } };
  const context = { name: 'berth', context: { cluster: 'berth', user: 'berth-admin' } };
  return {
    'current-context': 'berth',
    clusters: [cluster],
    users: [{ name: 'berth-admin' }],
    contexts: [context],
  };
}

async function read(file: string): Promise<Readonly<Record<string, unknown>>> {
  return load(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
}

test('the file is found as kubectl finds it', () => {
  assert.equal(kubeconfigPath({ KUBECONFIG: ':/a:/b' }), '/a');
  assert.equal(kubeconfigPath({}), join(homedir(), '.kube', 'config'));
});

test('a file that is not there is made, for its owner alone', async (context) => {
  const file = join(await scratch(context), 'deep', 'config');
  await mergeKubeconfig(file, made('https://a'));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await read(file), { apiVersion: 'v1', kind: 'Config', ...made('https://a') });
});

test('entries of the same names are replaced, everything else stays', async (context) => {
  const directory = await scratch(context);
  const file = join(directory, 'config');
  const other = { name: 'other', cluster: { server: 'https://other' } };
  const old = {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: { colors: true },
    clusters: [other, ...made('https://old').clusters],
    'current-context': 'other',
  };
  await writeFile(file, JSON.stringify(old));
  const link = join(directory, 'link');
  await symlink(file, link);
  await mergeKubeconfig(link, made('https://new'));
  assert.deepEqual(await read(file), {
    ...old,
    ...made('https://new'),
    clusters: [other, ...made('https://new').clusters],
  });
  assert.deepEqual((await readdir(directory)).sort(), ['config', 'link']);
});

test('a file that is no kubeconfig is left as it is', async (context) => {
  const file = join(await scratch(context), 'config');
  for (const text of ['- a\n', 'clusters: 3\n']) {
    await writeFile(file, text);
    await assert.rejects(mergeKubeconfig(file, made('https://a')), /left as it is/);
    assert.equal(await readFile(file, 'utf8'), text);
  }
});
