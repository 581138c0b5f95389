/** A whole cluster for end-to-end tests: lab hosts, a Git repository, a running Berth with the hosts added. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildImages, imageNamed } from '../../fixtures/images/build-images.ts';
import { BerthProcess, eventually } from '../../fixtures/lab/berth-process.ts';
import { command } from '../../fixtures/lab/command.ts';
import { cacheDir, type Lab, startLab } from '../../fixtures/lab/lab.ts';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';

export interface TestCluster {
  readonly lab: Lab;
  readonly berth: BerthProcess;
  /** Commits these files (content, or null to delete) without pushing. */
  commit(files: Readonly<Record<string, string | null>>): Promise<void>;
  /** Pushes what was committed; gives the commit. */
  pushCommitted(): Promise<string>;
  /** Both. */
  push(files: Readonly<Record<string, string | null>>): Promise<string>;
  pods(namespace: string): Promise<readonly Pod[]>;
  /** Waits until exactly so many pods are there and ready. */
  ready(namespace: string, count: number): Promise<readonly Pod[]>;
  down(): Promise<void>;
}

/** Lab hosts of this name, with the images named, and an empty repository that Berth follows. */
export async function startCluster(options: {
  readonly name: string;
  readonly hosts: number;
  readonly images: readonly string[];
}): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), `berth-${options.name}-`));
  const images = await buildImages(cacheDir);
  const lab = await startLab({ name: options.name, hosts: options.hosts });
  const repository = join(directory, 'repository.git');
  const work = join(directory, 'work');
  const berth = new BerthProcess({
    directory: join(directory, 'state'),
    identity: lab.clientKeyPath,
    // Any port: files run at once.
    arguments: ['--repo', repository, '--name', 'test', '--listen', ':0'],
  });
  const down = async (): Promise<void> => {
    await berth.stop();
    await lab.down();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await command('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
    await command('git', ['clone', '--quiet', repository, work]);
    await command('git', ['-C', work, 'checkout', '--quiet', '-B', 'main']);
    const commit = (files: Readonly<Record<string, string | null>>): Promise<void> =>
      commitFiles(work, files);
    const pushCommitted = async (): Promise<string> => {
      await command('git', ['-C', work, 'push', '--quiet', 'origin', 'main']);
      return (await command('git', ['-C', work, 'rev-parse', 'HEAD'])).trim();
    };
    const push = async (files: Readonly<Record<string, string | null>>): Promise<string> => {
      await commit(files);
      return pushCommitted();
    };
    await push({ 'README.md': 'Desired state of an end-to-end test.\n' });
    await berth.start();
    await Promise.all(
      lab.hosts.map((host) =>
        berth.run(
          'host',
          'add',
          `root@${host.address}`,
          '--name',
          host.name,
          '--host-key',
          host.hostKeyFingerprint,
        ),
      ),
    );
    for (const name of options.images) await berth.run('image', 'push', imageNamed(images, name).tarPath);
    const pods = async (namespace: string): Promise<readonly Pod[]> =>
      (await berth.api<{ items: readonly Pod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`)).items;
    const ready = (namespace: string, count: number): Promise<readonly Pod[]> =>
      eventually(`${count} ready pods in ${namespace}`, async () => {
        const found = await pods(namespace);
        return found.length === count && found.every(isReady) ? found : undefined;
      });
    return { lab, berth, commit, pushCommitted, push, pods, ready, down };
  } catch (error) {
    process.stderr.write(`${berth.lines.join('\n')}\n`);
    await down();
    throw error;
  }
}

export function isReady(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    (pod.status?.conditions ?? []).some(
      (condition) => condition.type === 'Ready' && condition.status === 'True',
    )
  );
}

async function commitFiles(work: string, files: Readonly<Record<string, string | null>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (content === null) await command('git', ['-C', work, 'rm', '--quiet', path]);
    else {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), content);
    }
  }
  await command('git', ['-C', work, 'add', '--all']);
  await command('git', [
    '-C',
    work,
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.org',
    'commit',
    '--quiet',
    '--allow-empty',
    '--message',
    'change',
  ]);
}
