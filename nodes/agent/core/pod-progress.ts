/** How far a pod has come: its init containers, and whether it has ended for good. */
import type {
  Container as PodContainer,
  ContainerStatus,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { containersNamed, currentSandbox, type ObservedPod } from './pod-state.ts';
import { hasProbe } from './probe.ts';
import { isSidecar, restartPolicyOf } from './restart.ts';
import type { Container } from './runtime-model.ts';
import { sysctlProblem } from './sysctls.ts';

export type InitProgress =
  | { readonly type: 'complete' }
  /** This init container has to start, run to its end, or (a sidecar) to be started. */
  | { readonly type: 'at'; readonly container: PodContainer }
  | { readonly type: 'failed'; readonly container: PodContainer };

/** Init containers count in the current sandbox alone: a new one starts them over. */
export function initProgress(pod: Pod, observed: ObservedPod): InitProgress {
  const sandboxId = currentSandbox(observed)?.id;
  const inSandbox = (name: string): Container | undefined =>
    containersNamed(observed, name).find((container) => container.sandboxId === sandboxId);
  const mains = pod.spec?.containers ?? [];
  if (sandboxId !== undefined && mains.some(({ name }) => inSandbox(name) !== undefined))
    return { type: 'complete' };
  for (const container of pod.spec?.initContainers ?? []) {
    const state = inSandbox(container.name)?.state;
    if (isSidecar(container)) {
      if (state?.type !== 'running' || !isStarted(container, observed)) return { type: 'at', container };
      continue;
    }
    if (state?.type !== 'exited') return { type: 'at', container };
    if (state.exitCode !== 0) return { type: restartPolicyOf(pod) === 'Never' ? 'failed' : 'at', container };
  }
  return { type: 'complete' };
}

/** Running, and past its startup probe where it has one. */
export function isStarted(container: PodContainer, observed: ObservedPod): boolean {
  const last = containersNamed(observed, container.name)[0];
  if (last?.state.type !== 'running') return false;
  if (!hasProbe(container, 'startup')) return true;
  const verdict = observed.probes.get(container.name);
  if (verdict?.containerId === last.id && verdict.started !== undefined) return verdict.started;
  return statusBefore(observed, last)?.started === true;
}

/** What an agent before this one knew of a container: it holds until this one has probed it. */
export function statusBefore(observed: ObservedPod, container: Container): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = observed.previous ?? {};
  const id = `containerd://${container.id}`;
  return [...containerStatuses, ...initContainerStatuses].find(({ containerID }) => containerID === id);
}

/** Whether the pod has Succeeded or Failed, and nothing of it will run again. */
export function isFinished(pod: Pod, observed: ObservedPod): boolean {
  const phase = observed.previous?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  const policy = restartPolicyOf(pod);
  if (policy === 'Never' && initProgress(pod, observed).type === 'failed') return true;
  if (policy === 'Always') return false;
  return (pod.spec?.containers ?? []).every(({ name }) => {
    const state = containersNamed(observed, name)[0]?.state;
    return state?.type === 'exited' && (policy === 'Never' || state.exitCode === 0);
  });
}

/** When a pod that still runs has to end by `activeDeadlineSeconds`; undefined: never. */
export function deadlineMsOf(pod: Pod, observed: ObservedPod): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  return seconds === undefined ? undefined : observed.startTimeMs + seconds * 1000;
}

/** Why a pod is ended by its host, though its containers would go on. */
export interface ForcedEnd {
  readonly reason: 'DeadlineExceeded' | 'Evicted' | 'SysctlForbidden';
  readonly message: string;
  /** Of the event, where it is another. */
  readonly eventMessage?: string;
  readonly severity: 'Normal' | 'Warning';
  /** undefined: the pod's own. */
  readonly graceSeconds?: number;
}

const deadlineExceeded: ForcedEnd = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
  severity: 'Normal',
};
/** The kubelet's, where a pod harms its host. */
const evictionGraceSeconds = 1;

export function forcedEndOf(pod: Pod, observed: ObservedPod, nowMs: number): ForcedEnd | undefined {
  const refused = isUntouched(observed) ? sysctlProblem(pod) : undefined;
  if (refused !== undefined) {
    const message = `Pod was rejected: ${refused}`;
    return { reason: 'SysctlForbidden', message, eventMessage: refused, severity: 'Warning' };
  }
  const { evicted } = observed;
  if (evicted !== undefined)
    return { reason: 'Evicted', message: evicted, severity: 'Warning', graceSeconds: evictionGraceSeconds };
  return nowMs >= (deadlineMsOf(pod, observed) ?? Number.POSITIVE_INFINITY) ? deadlineExceeded : undefined;
}

/** Nothing was made for the pod: it may be refused still. */
function isUntouched({ sandboxes, containers, inFlight }: ObservedPod): boolean {
  return sandboxes.length === 0 && containers.length === 0 && inFlight.length === 0;
}
