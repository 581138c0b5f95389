/** The bootstrap's process: one job from stdin, its progress and result on stdout. See schemas/wire/bootstrap.ts. */
import { text } from 'node:stream/consumers';
import type {
  BootstrapFailure,
  BootstrapJob,
  BootstrapMessage,
  BootstrapResult,
} from '../../schemas/wire/bootstrap.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { AgentBuildError, buildAgent, buildableArchitectures } from './build-agent.ts';
import { install, type ReportProgress } from './install.ts';
import { reset } from './reset.ts';

/** One line per message. Progress is throttled by its makers to a few lines per step. */
function send(message: BootstrapMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const progress: ReportProgress = (step, message) => send({ type: 'progress', step, message });

async function runJob(signal: AbortSignal): Promise<BootstrapResult> {
  const job = readJob(await text(process.stdin));
  switch (job.type) {
    case 'build':
      return buildAll(signal);
    case 'install':
      return install(job, progress, signal);
    case 'reset':
      return reset(job, progress, signal);
    default:
      throw new BootstrapError({
        reason: 'InvalidJob',
        message: `unknown job: ${JSON.stringify(job satisfies never)}`,
      });
  }
}

/** The job comes from this program's own other half, so a shape that does not fit is a broken installation. */
function readJob(json: string): BootstrapJob {
  try {
    return JSON.parse(json) as BootstrapJob;
  } catch (error) {
    throw new BootstrapError({
      reason: 'InvalidJob',
      message: `stdin has to be a BootstrapJob as JSON: ${String(error)}`,
    });
  }
}

/** One after the other: building uses every core. */
async function buildAll(signal: AbortSignal): Promise<BootstrapResult> {
  const builds = [];
  for (const architecture of buildableArchitectures()) {
    builds.push(
      await buildAgent({ architecture, progress: (message) => progress('build', message), signal }),
    );
  }
  return { ok: true, type: 'build', builds };
}

function failureOf(error: unknown): BootstrapFailure {
  if (error instanceof BootstrapError) return error.failure;
  if (error instanceof AgentBuildError) return { ok: false, reason: 'BuildFailed', message: error.message };
  return {
    ok: false,
    reason: 'BootstrapCrashed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

const stopping = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());

const result = await runJob(stopping.signal).catch(failureOf);
send({ type: 'result', result });
