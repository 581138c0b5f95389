/** The bootstrap on real hosts of a lab: a light one and one with systemd, with small agents made for the purpose. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startLab, type Lab } from '../../fixtures/lab/lab.ts';
import type { LabHost } from '../../fixtures/lab/lab-host.ts';
import type { AgentBuild, InstallJob } from '../../schemas/wire/bootstrap.ts';
import { hostPaths, type AgentInfo } from '../../schemas/wire/messages.ts';
import type { SshTarget } from '../../schemas/wire/ssh.ts';
import { askInfo } from './agent-socket.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { buildAgent } from './build-agent.ts';
import { install } from './install.ts';
import { reset } from './reset.ts';
import { SshSession } from './ssh-session.ts';

const quiet = (): void => undefined;
const { signal } = new AbortController();

/** An agent that tells who it is, to those whom its configuration names, and nothing else. */
const agentSource = (version: string): string => `
import { createServer } from 'node:http2';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
if (!process.argv.includes('--version')) {
  const executableDigest = basename(dirname(process.execPath));
  mkdirSync('/run/berth', { recursive: true });
  rmSync('${hostPaths.socket}', { force: true });
  createServer()
    .on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(JSON.stringify({ protocol: 1, agentVersion: '${version}', executableDigest, instance: String(process.pid), epoch: 0, generation: 0 }));
    })
    .listen('${hostPaths.socket}', () => {
      const { socketGroupId } = JSON.parse(readFileSync('${hostPaths.agentConfig}', 'utf8'));
      if (socketGroupId === undefined) return;
      chownSync('${hostPaths.socket}', 0, socketGroupId);
      chmodSync('${hostPaths.socket}', 0o660);
    });
}`;

const brokenSource = `
if (!process.argv.includes('--version')) {
  process.stderr.write('broken on purpose\\n');
  process.exit(3);
}`;

let lab: Lab;
let folder: string;
let first: AgentBuild;
let second: AgentBuild;
let broken: AgentBuild;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-bootstrap-'));
  lab = await startLab({ name: 'bootstrap', hosts: 2, full: 1 });
  const build = async (name: string, source: string): Promise<AgentBuild> => {
    const entryPath = join(folder, `${name}.ts`);
    await writeFile(entryPath, source);
    return buildAgent({
      architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
      entryPath,
      cachePath: folder,
    });
  };
  first = await build('first', agentSource('1'));
  second = await build('second', agentSource('2'));
  broken = await build('broken', brokenSource);
});

after(async () => {
  await lab?.down();
  await rm(folder, { recursive: true, force: true });
});

function hostOf(kind: LabHost['kind']): LabHost {
  const found = lab.hosts.find((host) => host.kind === kind);
  if (found === undefined) throw new Error(`the lab has no ${kind} host`);
  return found;
}

function targetOf(host: LabHost): SshTarget {
  const { address, port, user, hostKeyFingerprint } = host;
  return { address, port, user, hostKeys: [hostKeyFingerprint], identityPath: lab.clientKeyPath };
}

function jobFor(host: LabHost, build: AgentBuild): InstallJob {
  const runtime = { type: 'containerd', socket: '/run/containerd/containerd.sock' } as const;
  return {
    type: 'install',
    target: targetOf(host),
    agent: { nodeName: host.name, runtime },
    builds: [build],
  };
}

async function infoOf(host: LabHost): Promise<AgentInfo | undefined> {
  const session = await SshSession.open(targetOf(host), signal);
  try {
    return await askInfo(session);
  } finally {
    session.close();
  }
}

/** The agent's answer once it is another process than before. */
async function answerAfter(host: LabHost, instance: string): Promise<AgentInfo> {
  for (;;) {
    const info = await infoOf(host);
    if (info !== undefined && info.instance !== instance) return info;
  }
}

for (const kind of ['light', 'full'] as const) {
  test(`${kind} host: an agent is pushed and started, and a second time nothing changes`, async () => {
    const host = hostOf(kind);
    const result = await install(jobFor(host, first), quiet, signal);
    assert.ok(result.ok && result.type === 'install');
    assert.equal(result.facts.init, kind === 'full' ? 'systemd' : 'other');
    assert.equal(result.changes[0], `pushed agent ${first.digest}`);
    assert.equal((await infoOf(host))?.executableDigest, first.digest);
    const again = await install(jobFor(host, first), quiet, signal);
    assert.ok(again.ok && again.type === 'install');
    assert.deepEqual(again.changes, []);
  });

  test(`${kind} host: a killed agent is started again by what keeps it`, async () => {
    const host = hostOf(kind);
    const instance = (await infoOf(host))?.instance ?? '';
    await host.check(['kill', '-9', instance]);
    assert.equal((await answerAfter(host, instance)).executableDigest, first.digest);
  });

  test(`${kind} host: an agent that hangs is replaced`, async () => {
    const host = hostOf(kind);
    const instance = (await infoOf(host))?.instance ?? '';
    await host.check(['kill', '-STOP', instance]);
    const result = await install(jobFor(host, first), quiet, signal);
    assert.ok(result.ok);
    assert.notEqual((await infoOf(host))?.instance, instance);
  });

  test(`${kind} host: a new agent replaces the running one, the former is kept`, async () => {
    const host = hostOf(kind);
    const result = await install(jobFor(host, second), quiet, signal);
    assert.ok(result.ok);
    assert.equal((await infoOf(host))?.agentVersion, '2');
    const names = (await host.check(['ls', hostPaths.agents])).trim().split('\n');
    assert.deepEqual(names.sort(), [first.digest, second.digest, 'current', 'previous'].sort());
  });

  test(`${kind} host: an agent that does not start is rolled back, with its last words`, async () => {
    const host = hostOf(kind);
    await assert.rejects(install(jobFor(host, broken), quiet, signal), (error) => {
      assert.ok(error instanceof BootstrapError);
      assert.equal(error.failure.reason, 'AgentFailed');
      assert.match(error.message, /the former agent .* runs again/);
      assert.ok(error.failure.agentLog?.some((line) => line.includes('broken on purpose')));
      return true;
    });
    assert.equal((await infoOf(host))?.executableDigest, second.digest);
  });

  test(`${kind} host: a reset leaves nothing, and nothing is left for a second one`, async () => {
    const host = hostOf(kind);
    const job = { type: 'reset', target: targetOf(host), containers: false } as const;
    const result = await reset(job, quiet, signal);
    assert.ok(result.ok && result.type === 'reset');
    assert.ok(result.changes.length > 0);
    assert.equal(await infoOf(host), undefined);
    assert.deepEqual(await host.pidsOf(/berth-agent|supervise/), []);
    assert.equal((await host.run(['ls', '-A', hostPaths.state])).stdout, '');
    const again = await reset(job, quiet, signal);
    assert.ok(again.ok && again.type === 'reset');
    assert.deepEqual(again.changes, []);
  });
}

test('a user with sudo will do instead of root', async () => {
  const host = hostOf('full');
  const prepare = `
    useradd --create-home --password '*' deploy
    echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
    mkdir -m 0700 /home/deploy/.ssh
    cp /root/.ssh/authorized_keys /home/deploy/.ssh/
    chown -R deploy: /home/deploy/.ssh
    # The lab's own sshd knows root alone.
    /usr/sbin/sshd -p 2222 -o AuthorizedKeysFile=.ssh/authorized_keys`;
  await host.check(['sh', '-ec', prepare]);
  const { target, ...job } = jobFor(host, first);
  const deploy = { ...target, user: 'deploy', port: 2222 };
  const result = await install({ ...job, target: deploy }, quiet, signal);
  assert.ok(result.ok && result.type === 'install');
  assert.equal(result.facts.root, 'sudo');
  const again = await install({ ...job, target: deploy }, quiet, signal);
  assert.ok(again.ok && again.type === 'install');
  assert.deepEqual(again.changes, []);
  assert.equal((await host.run(['ls', '-A', '/var/tmp'])).stdout.includes('.berth-incoming'), false);
  const gone = await reset({ type: 'reset', target: deploy, containers: false }, quiet, signal);
  assert.ok(gone.ok);
});

test('a host that lacks its runtime says what to install', async () => {
  const job = jobFor(hostOf('light'), first);
  const agent = { ...job.agent, runtime: { type: 'cri-o', socket: '/run/crio/crio.sock' } } as const;
  await assert.rejects(install({ ...job, agent }, quiet, signal), (error) => {
    assert.ok(error instanceof BootstrapError);
    assert.equal(error.failure.reason, 'HostUnfit');
    assert.deepEqual(
      error.failure.problems?.map(({ reason }) => reason),
      ['NoRuntime'],
    );
    return true;
  });
});

test('another host key than the pinned one ends the job before anything is sent', async () => {
  const job = jobFor(hostOf('light'), first);
  const target = { ...job.target, hostKeys: ['SHA256:0000000000000000000000000000000000000000000'] };
  await assert.rejects(install({ ...job, target }, quiet, signal), (error) => {
    assert.ok(error instanceof BootstrapError);
    assert.equal(error.failure.reason, 'HostKeyMismatch');
    assert.match(error.message, new RegExp(hostOf('light').hostKeyFingerprint.replaceAll(/[+/]/g, '\\$&')));
    return true;
  });
});
