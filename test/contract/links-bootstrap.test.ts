/** When a link prepares its host, and what becomes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkPorts } from '../../reconciler/dispatch/link.ts';
import type { BootstrapFailure, BootstrapResult, InstallJob } from '../../schemas/wire/bootstrap.ts';
import { openSshTrial, trialBuild, type SshTrial } from './links-ssh-trial.ts';
import { connect, News, secret } from './links-trial.ts';

const timeout = 60_000;

const facts = {
  kernel: '6.1.0',
  architecture: 'x64',
  distribution: 'debian 12',
  init: 'systemd',
  root: 'user',
  runtimeVersion: '1.6',
  cniPluginPath: '/usr/lib/cni',
  diskFreeBytes: 1,
  cgroups: 'v2',
} as const;

const done: BootstrapResult = { ok: true, type: 'install', digest: trialBuild.digest, facts, changes: [] };

/** A trial whose bootstrap does what the test says, with the jobs that it was given. */
async function withBootstrap(
  act: (trial: SshTrial) => Promise<BootstrapResult>,
  use: (trial: SshTrial, jobs: readonly InstallJob[]) => Promise<void>,
  ports: Partial<LinkPorts> = {},
): Promise<void> {
  const jobs: InstallJob[] = [];
  const trial = await openSshTrial(['one'], {
    bootstrap: async (job, onProgress) => {
      assert.ok(job.type === 'install');
      jobs.push(job);
      onProgress({ type: 'progress', step: 'push', message: 'pushing' });
      return act(trial);
    },
    ...ports,
  });
  try {
    await use(trial, jobs);
  } finally {
    await trial.dispose();
  }
}

test('a host without an agent is bootstrapped, then connected', { timeout }, () =>
  withBootstrap(
    async (trial) => {
      await trial.host('one').server.start();
      return done;
    },
    async (trial, jobs) => {
      await trial.host('one').server.kill();
      const { news } = await connect(trial, 'one');
      assert.deepEqual(news.phases('one'), ['connecting', 'bootstrapping', 'bootstrapping', 'connected']);
      const { name, agent, ...target } = trial.target('one');
      assert.equal(name, 'one');
      assert.deepEqual(jobs, [{ type: 'install', target, agent, builds: [trialBuild] }]);
    },
  ),
);

test('an agent of another build is replaced', { timeout }, () =>
  withBootstrap(
    async (trial) => {
      await trial.restartAgent('one');
      trial.agent('one').executableDigest = trialBuild.digest;
      return done;
    },
    async (trial, jobs) => {
      trial.agent('one').executableDigest = 'b'.repeat(64);
      const { news } = await connect(trial, 'one');
      assert.equal((await news.reached('one', 'connected')).info.executableDigest, trialBuild.digest);
      assert.equal(jobs.length, 1);
    },
  ),
);

test('where the new agent does not start, the former one is served', { timeout }, () =>
  withBootstrap(
    async () => ({ ok: false, reason: 'AgentFailed', message: 'it broke', agentLog: ['why'] }),
    async (trial, jobs) => {
      trial.agent('one').executableDigest = 'b'.repeat(64);
      const { link, news } = await connect(trial, 'one');
      link.update({ upserts: [secret('a')], removes: [] });
      await trial.agent('one').until(({ entries }) => entries.size === 1);
      // The next connection does not try the same build again.
      await trial.restartAgent('one');
      await news.reached('one', 'connected', news.phases('one').length);
      assert.equal(jobs.length, 1);
    },
  ),
);

test('a bootstrap that fails is told with its reason and the agent’s last words', { timeout }, async () => {
  const failures: readonly (BootstrapFailure & { readonly waits: boolean })[] = [
    { ok: false, reason: 'HostUnfit', message: 'nft is missing; install nftables', waits: true },
    { ok: false, reason: 'AgentFailed', message: 'it broke', agentLog: ['first', 'last words'], waits: true },
    { ok: false, reason: 'ConnectionLost', message: 'gone', waits: false },
  ];
  for (const { waits, ...failure } of failures) {
    await withBootstrap(
      async () => failure,
      async (trial) => {
        await trial.host('one').server.kill();
        const news = new News();
        const openedMs = Date.now();
        trial.links.open(trial.target('one'), news);
        const { reason, message, retryAtMs } = await news.reached('one', 'unreachable');
        assert.equal(reason, failure.reason);
        assert.ok(message.startsWith(failure.message));
        for (const line of failure.agentLog ?? []) assert.ok(message.includes(line));
        assert.equal(retryAtMs - openedMs >= 30_000, waits);
        await trial.host('one').server.start();
      },
    );
  }
});

test('without a build, an agent that runs already is served', { timeout }, () =>
  withBootstrap(
    async () => done,
    async (trial, jobs) => {
      trial.agent('one').executableDigest = 'b'.repeat(64);
      await connect(trial, 'one');
      assert.deepEqual(jobs, []);
    },
    { agentBuilds: async () => Promise.reject(new Error('no compiler')) },
  ),
);

test('without a build, a host without an agent says why', { timeout }, () =>
  withBootstrap(
    async () => done,
    async (trial) => {
      await trial.host('one').server.kill();
      const news = new News();
      trial.links.open(trial.target('one'), news);
      const { reason, message } = await news.reached('one', 'unreachable');
      assert.equal(reason, 'BuildFailed');
      assert.equal(message, 'no compiler');
      await trial.host('one').server.start();
    },
    { agentBuilds: async () => Promise.reject(new Error('no compiler')) },
  ),
);

test('an agent that ends for a moment is waited for, not bootstrapped', { timeout }, () =>
  withBootstrap(
    async () => done,
    async (trial, jobs) => {
      const { news } = await connect(trial, 'one');
      await trial.host('one').server.kill();
      await news.reached('one', 'unreachable');
      const { reason } = await news.reached('one', 'unreachable', news.phases('one').length);
      assert.equal(reason, 'AgentMissing');
      await trial.host('one').server.start();
      await news.reached('one', 'connected', news.phases('one').length);
      assert.deepEqual(jobs, []);
    },
  ),
);

test('closing a link ends its bootstrap', { timeout }, async () => {
  let ended: unknown;
  const trial = await openSshTrial(['one'], {
    bootstrap: (_job, onProgress, signal) =>
      new Promise((_resolve, reject) => {
        onProgress({ type: 'progress', step: 'push', message: 'pushing' });
        signal.addEventListener('abort', () => {
          ended = signal.reason;
          reject(signal.reason as Error);
        });
      }),
  });
  try {
    await trial.host('one').server.kill();
    const news = new News();
    const link = trial.links.open(trial.target('one'), news);
    await news.reached('one', 'bootstrapping');
    await link.close();
    assert.ok(ended instanceof Error);
    await trial.host('one').server.start();
  } finally {
    await trial.dispose();
  }
});
