/** The reset job: takes the agent off a host, its pods first where that is asked for. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BootstrapResult, ResetJob } from '../../schemas/wire/bootstrap.ts';
import { hostPaths } from '../../schemas/wire/messages.ts';
import { askInfo, askPods, putNothing } from './agent-socket.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { ReportProgress } from './install.ts';
import { supervisorPath, unitPath } from './keeper.ts';
import { SshSession } from './ssh-session.ts';

/** The usual grace period of 30 s, and time for the runtime. */
const podsEndDeadlineMs = 90_000;
const podsPollMs = 500;

/** Stopping the agent takes at most 15 s. */
const resetDeadlineMs = 60_000;

export async function reset(
  job: ResetJob,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<BootstrapResult> {
  progress('connect', `connecting to ${job.target.user}@${job.target.address}:${job.target.port}`);
  const session = await SshSession.open(job.target, signal);
  const onAbort = (): void => session.close();
  signal.addEventListener('abort', onAbort);
  try {
    session.sudo = job.target.user !== 'root';
    const changes: string[] = [];
    if (job.containers && (await endPods(session, progress))) changes.push('ended the pods');
    progress('reset', 'removing the agent, its rules and its configuration');
    const args = [
      hostPaths.state,
      hostPaths.agentConfig,
      hostPaths.cniConfig,
      unitPath,
      supervisorPath,
      job.containers ? 'remove' : 'keep',
    ];
    const output = await session.expect({ script: 'reset', args, asRoot: true, deadlineMs: resetDeadlineMs });
    changes.push(
      ...output
        .split('\n')
        .flatMap((line) => (line.startsWith('changed=') ? [line.slice('changed='.length)] : [])),
    );
    return { ok: true, type: 'reset', changes };
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.close();
  }
}

/** The agent knows best how to end its pods: it is told to want none. True when there were some. */
async function endPods(session: SshSession, progress: ReportProgress): Promise<boolean> {
  const info = await askInfo(session);
  if (info === undefined) {
    const message = `the agent does not answer on ${hostPaths.socket}, so its pods cannot be ended; start it again, or leave the containers and remove them with the runtime's own tools`;
    throw new BootstrapError({ reason: 'AgentFailed', message });
  }
  const before = await askPods(session);
  if (before?.length === 0) return false;
  await putNothing(session, info);
  const endMs = performance.now() + podsEndDeadlineMs;
  let left = before;
  while (performance.now() < endMs) {
    left = await askPods(session);
    if (left?.length === 0) return true;
    progress('reset', `waiting for ${left?.length ?? 'unknown'} pods to end`);
    await delay(podsPollMs);
  }
  throw new BootstrapError({
    reason: 'CommandTimedOut',
    message: `${left?.length ?? 'some'} pods did not end within ${podsEndDeadlineMs / 1000} s`,
  });
}
