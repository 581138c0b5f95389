/** The install job: an ordered list of steps over one SSH connection. Every step looks before it acts. */
import { setTimeout as delay } from 'node:timers/promises';
import { posix } from 'node:path';
import type {
  AgentBuild,
  BootstrapResult,
  BootstrapStep,
  HostFacts,
  InstallJob,
} from '../../schemas/wire/bootstrap.ts';
import { hostPaths, type AgentConfig } from '../../schemas/wire/messages.ts';
import { askInfo } from './agent-socket.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { checkHost, runtimeProgram, type HostCheck } from './check.ts';
import { keeperFor, type Keeper } from './keeper.ts';
import { SshSession } from './ssh-session.ts';

export type ReportProgress = (step: BootstrapStep, message: string) => void;

const deadlinesMs = {
  /** Hashes the installed agents, 0.3 s each on a fast disk. */
  inspect: 60_000,
  /** apt over a slow line. */
  packages: 300_000,
  stage: 10_000,
  /** Unpacks and syncs 150 MB. */
  install: 120_000,
  /** A restart waits at most 15 s for the former agent to end. */
  activate: 60_000,
  logs: 10_000,
} as const;

/** From the start of the agent to its first answer: 0.1 s on an idle host. */
const answerDeadlineMs = 20_000;
const answerPollMs = 100;
const logLines = 30;

/** Where a user other than root uploads to; on disk, unlike /tmp on many hosts. */
const userStagingPath = '/var/tmp';

export async function install(
  job: InstallJob,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<BootstrapResult> {
  progress('connect', `connecting to ${job.target.user}@${job.target.address}:${job.target.port}`);
  const session = await SshSession.open(job.target, signal);
  const onAbort = (): void => session.close();
  signal.addEventListener('abort', onAbort);
  try {
    const changes: string[] = [];
    const { facts, check } = await fitHost(session, job, progress, changes);
    const build = job.builds.find(({ architecture }) => architecture === facts.architecture);
    if (build === undefined) {
      const message = `no agent was built for linux-${facts.architecture}: install the npm package node-linux-${facts.architecture} beside the reconciler`;
      throw new BootstrapError({
        reason: 'HostUnfit',
        message,
        problems: [{ reason: 'NoAgentBuild', message }],
      });
    }
    if (!check.agentDigests.includes(build.digest)) {
      await push(session, build, progress);
      changes.push(`pushed agent ${build.digest}`);
    }
    changes.push(...(await activate(session, job, { facts, check, build }, progress)));
    return { ok: true, type: 'install', digest: build.digest, facts, changes };
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.close();
  }
}

/** Checks the host, installs what apt can add, and checks again. Throws where something is still missing. */
async function fitHost(
  session: SshSession,
  job: InstallJob,
  progress: ReportProgress,
  changes: string[],
): Promise<{ readonly facts: HostFacts; readonly check: HostCheck }> {
  progress('check', 'checking the host');
  let check = await inspect(session, job);
  session.sudo = check.facts?.root === 'sudo';
  if (check.problems.length > 0 && check.packages.length > 0) {
    progress(
      'packages',
      `installing ${check.packages.join(', ')} with apt: ${check.problems.map(({ message }) => message).join('; ')}`,
    );
    const args = [job.agent.runtime.socket, runtimeProgram(job.agent), ...check.packages];
    const { code, stdout, stderr } = await session.run({
      script: 'packages',
      args,
      asRoot: true,
      deadlineMs: deadlinesMs.packages,
    });
    if (code !== 0) {
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-8).join('\n');
      throw new BootstrapError({
        reason: 'PackagesFailed',
        message: `apt could not install ${check.packages.join(', ')}:\n${said}`,
      });
    }
    changes.push(`installed ${check.packages.join(', ')}`);
    check = await inspect(session, job);
  }
  if (check.problems.length > 0 || check.facts === undefined) {
    const message = check.problems.map(({ message: problem }) => problem).join('; ');
    throw new BootstrapError({ reason: 'HostUnfit', message, problems: check.problems });
  }
  return { facts: check.facts, check };
}

async function inspect(session: SshSession, job: InstallJob): Promise<HostCheck> {
  const digests = job.builds.map(({ digest }) => digest);
  const args = [job.agent.runtime.socket, runtimeProgram(job.agent), hostPaths.agents, ...digests];
  return checkHost(
    await session.expect({ script: 'inspect', args, asRoot: false, deadlineMs: deadlinesMs.inspect }),
    job.agent,
  );
}

async function push(session: SshSession, build: AgentBuild, progress: ReportProgress): Promise<void> {
  const parent = session.sudo ? userStagingPath : hostPaths.agents;
  const staged = await session.expect({
    script: 'stage',
    args: [parent],
    asRoot: false,
    deadlineMs: deadlinesMs.stage,
  });
  let told = 0;
  await session.upload(build.gzipPath, posix.join(staged.trim(), 'berth-agent.gz'), (sent, total) => {
    const tenths = Math.floor((sent / total) * 10);
    if (tenths > told) progress('push', `pushed ${tenths * 10} % of ${Math.round(total / 1024 / 1024)} MiB`);
    told = tenths;
  });
  progress('push', 'unpacking and verifying the agent on the host');
  const args = [hostPaths.agents, build.digest, staged.trim()];
  await session.expect({ script: 'install', args, asRoot: true, deadlineMs: deadlinesMs.install });
}

interface Activation {
  readonly facts: HostFacts;
  readonly check: HostCheck;
  readonly build: AgentBuild;
}

/** Runs the agent and waits for its answer; goes back to the former one when there is none. */
async function activate(
  session: SshSession,
  job: InstallJob,
  activation: Activation,
  progress: ReportProgress,
): Promise<readonly string[]> {
  const { facts, check, build } = activation;
  const keeper = keeperFor(facts);
  const config: AgentConfig =
    facts.root === 'user' ? job.agent : { ...job.agent, socketGroupId: check.groupId };
  const healthy = (await askInfo(session))?.executableDigest === build.digest;
  progress('activate', 'configuring and starting the agent');
  const args = [
    hostPaths.agents,
    build.digest,
    hostPaths.agentConfig,
    `${JSON.stringify(config, undefined, 2)}\n`,
    keeper.kind,
    keeper.path,
    keeper.text,
    healthy ? '' : 'restart',
  ];
  const output = await session.expect({
    script: 'activate',
    args,
    asRoot: true,
    deadlineMs: deadlinesMs.activate,
  });
  const said = (name: string): readonly string[] =>
    output.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
  progress('wait', 'waiting for the agent to answer');
  if (!(await answers(session, build.digest))) {
    await rollBack(session, keeper, said('former')[0] ?? '', build, progress);
  }
  return said('changed');
}

async function answers(session: SshSession, digest: string): Promise<boolean> {
  const endMs = performance.now() + answerDeadlineMs;
  while (performance.now() < endMs) {
    const info = await askInfo(session);
    if (info?.executableDigest === digest) return true;
    await delay(answerPollMs);
  }
  return false;
}

/** Always throws AgentFailed, with the agent's last words. */
async function rollBack(
  session: SshSession,
  keeper: Keeper,
  former: string,
  build: AgentBuild,
  progress: ReportProgress,
): Promise<never> {
  const logs = await session.run({
    script: 'logs',
    args: [keeper.kind, String(logLines)],
    asRoot: true,
    deadlineMs: deadlinesMs.logs,
  });
  const agentLog = logs.stdout.trimEnd().split('\n');
  const failed = `agent ${build.digest.slice(0, 12)} did not answer on ${hostPaths.socket} within ${answerDeadlineMs / 1000} s`;
  const forbidden = 'if its log looks well, check that sshd allows AllowStreamLocalForwarding';
  if (former === build.digest) {
    throw new BootstrapError({ reason: 'AgentFailed', message: `${failed}; ${forbidden}`, agentLog });
  }
  progress(
    'rollback',
    former === '' ? `${failed}; stopping it` : `${failed}; going back to ${former.slice(0, 12)}`,
  );
  const args = [hostPaths.agents, former, keeper.kind, keeper.path];
  await session.expect({ script: 'rollback', args, asRoot: true, deadlineMs: deadlinesMs.activate });
  const formerAnswers = former !== '' && (await answers(session, former));
  const outcome =
    former === ''
      ? 'there was no former agent, so none runs now'
      : `the former agent ${former.slice(0, 12)} ${formerAnswers ? 'runs again' : 'does not answer either'}`;
  throw new BootstrapError({
    reason: 'AgentFailed',
    message: `${failed}; ${outcome}; ${forbidden}`,
    agentLog,
  });
}
