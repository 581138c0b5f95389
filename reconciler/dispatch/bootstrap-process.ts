/** Runs the bootstrap as a process of its own: the reconciler and what prepares hosts share only the wire schema. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type {
  AgentBuild,
  BootstrapJob,
  BootstrapMessage,
  BootstrapProgress,
  BootstrapResult,
} from '../../schemas/wire/bootstrap.ts';
import { LinkError, type Clock } from '../core/ports.ts';
import { deadline } from './deadline.ts';
import { lines } from './lines.ts';

export interface BootstrapProcessPorts {
  readonly clock: Clock;
  /** The Node binary to run it with. */
  readonly nodePath: string;
  /** Path of nodes/bootstrap/main.ts. */
  readonly mainPath: string;
  /** Told about the build of the agent, which belongs to no host. */
  readonly onBuildProgress: (message: string) => void;
}

export interface BootstrapProcess {
  /** Runs one job. Failures are results; rejects when `signal` aborts or the job takes longer than any may. */
  run(
    job: BootstrapJob,
    onProgress: (progress: BootstrapProgress) => void,
    signal: AbortSignal,
  ): Promise<BootstrapResult>;
  /** The agent's builds, made once for all who ask at the same time. Rejects with LinkError `BuildFailed`. */
  agentBuilds(): Promise<readonly AgentBuild[]>;
}

/** 50 MB at half a megabit. Each step inside has its own, far shorter limit. */
const jobDeadlineMs = 20 * 60_000;

/** How long a process that was asked to end may take. */
const endGraceMs = 5_000;

const messageCharactersMax = 1024 * 1024;
const complaintCharactersMax = 4_000;

export function createBootstrapProcess(ports: BootstrapProcessPorts): BootstrapProcess {
  let builds: Promise<readonly AgentBuild[]> | undefined;
  const run: BootstrapProcess['run'] = (job, onProgress, signal) => runJob(ports, job, onProgress, signal);
  const build = async (): Promise<readonly AgentBuild[]> => {
    const onProgress = ({ message }: BootstrapProgress): void => ports.onBuildProgress(message);
    const result = await run({ type: 'build' }, onProgress, new AbortController().signal);
    if (result.ok && result.type === 'build') return result.builds;
    throw new LinkError(
      'BuildFailed',
      result.ok ? 'the bootstrap answered another question' : result.message,
    );
  };
  return {
    run,
    async agentBuilds() {
      const asked = builds;
      const known = await asked?.catch(() => undefined);
      const usable = known?.every(({ gzipPath }) => existsSync(gzipPath)) ?? false;
      // A build that failed, or a cache that was cleared: made anew by whoever comes first.
      if (!usable && builds === asked) builds = build();
      return builds ?? build();
    },
  };
}

async function runJob(
  ports: BootstrapProcessPorts,
  job: BootstrapJob,
  onProgress: (progress: BootstrapProgress) => void,
  signal: AbortSignal,
): Promise<BootstrapResult> {
  signal.throwIfAborted();
  const limit = deadline(ports.clock, jobDeadlineMs, `the ${job.type} job`, signal);
  const args = ['--disable-warning=ExperimentalWarning', ports.mainPath];
  const child = spawn(ports.nodePath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let cancelKill = (): void => undefined;
  const onAbort = (): void => {
    child.kill('SIGTERM');
    cancelKill = ports.clock.after(endGraceMs, () => child.kill('SIGKILL'));
  };
  limit.signal.addEventListener('abort', onAbort);
  try {
    const result = await converse(child, job, onProgress);
    limit.signal.throwIfAborted();
    return result;
  } finally {
    limit.signal.removeEventListener('abort', onAbort);
    cancelKill();
    limit.clear();
  }
}

/** Hands the job over and hears the process out to its end. */
async function converse(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  job: BootstrapJob,
  onProgress: (progress: BootstrapProgress) => void,
): Promise<BootstrapResult> {
  let complaint = '';
  let result: BootstrapResult | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killedBy) =>
      resolve(killedBy === null ? `it ended with code ${code}` : `it was ended by ${killedBy}`),
    );
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-complaintCharactersMax);
  });
  // A process that dies before it read its job closes the pipe; `ended` tells that story better.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(job));
  for await (const line of lines(child.stdout as AsyncIterable<Uint8Array>, messageCharactersMax)) {
    const message = JSON.parse(line) as BootstrapMessage;
    if (message.type === 'progress') onProgress(message);
    else result = message.result;
  }
  const end = await ended;
  if (result !== undefined) return result;
  const message = [`the bootstrap gave no result: ${end}`, complaint.trim()]
    .filter((text) => text !== '')
    .join('\n');
  return { ok: false, reason: 'BootstrapCrashed', message };
}
