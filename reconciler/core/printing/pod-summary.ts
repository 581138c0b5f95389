/** What `kubectl get pods` says about a pod: how many containers are ready, one word for its state, restarts. */
import type {
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { podCondition } from '../model/pod-status.ts';
import { parseTime } from '../model/time.ts';
import { humanDuration } from './duration.ts';

export interface PodSummary {
  /** `1/2`: containers ready, containers in all, sidecars counted. */
  readonly ready: string;
  /** The phase, or the reason that says more: `CrashLoopBackOff`, `Init:0/1`, `Terminating`. */
  readonly status: string;
  /** `3`, or `3 (5m ago)` where the last end of a container is known. */
  readonly restarts: string;
}

/** Restarts so far, and the end of the latest run that led to one. */
interface Restarts {
  readonly count: number;
  /** Milliseconds since the epoch; 0 where unknown. */
  readonly lastMs: number;
}

interface Progress {
  readonly reason: string;
  readonly ready: number;
  readonly restarts: Restarts;
}

const noRestarts: Restarts = { count: 0, lastMs: 0 };
const nodeLost = 'NodeLost';

/** The summary of a pod at `nowMs`. */
export function podSummary(pod: Pod, nowMs: number): PodSummary {
  const init = initProgress(pod, startReason(pod));
  const initialized = podCondition(pod, 'Initialized')?.status === 'True';
  const { reason, ready, restarts } =
    init.pending && !initialized ? init : mainProgress(pod, init.reason, init.ready, init.sidecarRestarts);
  const total = (pod.spec?.containers.length ?? 0) + sidecarNames(pod).length;
  return {
    ready: `${ready}/${total}`,
    status: finalStatus(pod, reason),
    restarts: restartsText(restarts, nowMs),
  };
}

function startReason(pod: Pod): string {
  const scheduled = podCondition(pod, 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') return scheduled.reason;
  return pod.status?.reason || pod.status?.phase || '';
}

/** A deleted pod is Terminating, unless it has ended already or its node is lost. */
function finalStatus(pod: Pod, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === nodeLost) return 'Unknown';
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating';
}

/** Walks the init containers up to the first that is neither done nor a sidecar that has started. */
function initProgress(
  pod: Pod,
  reason: string,
): Progress & { readonly pending: boolean; readonly sidecarRestarts: Restarts } {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const sidecars = sidecarNames(pod);
  let ready = 0;
  let restarts = noRestarts;
  let sidecarRestarts = noRestarts;
  for (const [index, status] of statuses.entries()) {
    const isSidecar = sidecars.includes(status.name);
    restarts = withRestarts(restarts, status);
    if (isSidecar) sidecarRestarts = withRestarts(sidecarRestarts, status);
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && status.started === true) {
      if (status.ready) ready++;
      continue;
    }
    const count = pod.spec?.initContainers?.length ?? 0;
    return { reason: initReason(status, index, count), ready, restarts, pending: true, sidecarRestarts };
  }
  return { reason, ready, restarts, pending: false, sidecarRestarts };
}

function initReason({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated !== undefined) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  return waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing'
    ? `Init:${waiting}`
    : `Init:${index}/${count}`;
}

/** Walks the containers from the last to the first: the first one's reason wins. */
function mainProgress(pod: Pod, before: string, sidecarsReady: number, sidecarRestarts: Restarts): Progress {
  const statuses = pod.status?.containerStatuses ?? [];
  let reason = before;
  let failure = '';
  let running = false;
  let ready = sidecarsReady;
  let restarts = sidecarRestarts;
  for (let index = statuses.length - 1; index >= 0; index--) {
    const status = statuses[index];
    if (status === undefined) continue;
    restarts = withRestarts(restarts, status);
    const { waiting, terminated, running: runs } = status.state ?? {};
    if (waiting?.reason !== undefined && waiting.reason !== '') reason = waiting.reason;
    else if (terminated !== undefined) {
      reason = endReason(terminated);
      if (terminated.exitCode !== 0) failure = reason;
    } else if (status.ready && runs !== undefined) {
      running = true;
      ready++;
    }
  }
  if (reason === 'Completed') reason = completedReason(pod, running, failure);
  return { reason, ready, restarts };
}

/** Some containers have completed: what of the others? */
function completedReason(pod: Pod, running: boolean, failure: string): string {
  if (running && podCondition(pod, 'Ready')?.status === 'True') return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : 'Completed';
}

function endReason({ reason, signal, exitCode }: ContainerStateTerminated): string {
  if (reason !== undefined && reason !== '') return reason;
  return signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

const noNames: readonly string[] = [];

function sidecarNames(pod: Pod): readonly string[] {
  const containers = pod.spec?.initContainers;
  if (containers === undefined) return noNames;
  return containers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name);
}

function withRestarts({ count, lastMs }: Restarts, status: ContainerStatus): Restarts {
  const finishedAt = status.lastState?.terminated?.finishedAt;
  const finishedMs = typeof finishedAt === 'string' ? (parseTime(finishedAt) ?? 0) : 0;
  return { count: count + status.restartCount, lastMs: Math.max(lastMs, finishedMs) };
}

function restartsText({ count, lastMs }: Restarts, nowMs: number): string {
  return count === 0 || lastMs === 0 ? String(count) : `${count} (${humanDuration(nowMs - lastMs)} ago)`;
}
