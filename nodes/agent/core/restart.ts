/** Whether and when a container starts (again): the kubelet's rules, from the containers themselves. */
import type { Container as PodContainer, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { containerHash } from './container-spec.ts';
import { containersNamed, type ObservedPod } from './pod-state.ts';
import type { Container } from './runtime-model.ts';

/** The kubelet's CrashLoopBackOff: the first restart at once, then 10 s doubling to 5 minutes. */
export const restartBackoffFirstMs = 10_000;
export const restartBackoffMaxMs = 300_000;
/** A container that ran so long starts over without a wait. */
export const restartBackoffResetMs = 600_000;

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export type ContainerStep =
  | { readonly type: 'start'; readonly attempt: number; readonly backoffMs: number }
  /** CrashLoopBackOff until then. */
  | {
      readonly type: 'wait';
      readonly untilMs: number;
      readonly backoffMs: number;
      readonly container: Container;
    }
  | { readonly type: 'running'; readonly container: Container }
  | {
      readonly type: 'restart';
      readonly container: Container;
      readonly why: string;
      /** The probe's own, where one asked for it and has its own. */
      readonly graceSeconds: number | undefined;
    }
  /** Made but never started, or in a state that the runtime does not know: it has to go first. */
  | { readonly type: 'clear'; readonly container: Container }
  | { readonly type: 'done'; readonly exitCode: number };

export function restartPolicyOf(pod: Pod): RestartPolicy {
  return (pod.spec?.restartPolicy ?? 'Always') as RestartPolicy;
}

/** Init containers that never end: `restartPolicy: Always` of their own. */
export function isSidecar(container: PodContainer): boolean {
  return container.restartPolicy === 'Always';
}

/** What is next for one container, whose sandbox is `sandboxId` (undefined: there is none that is ready). */
export function stepOf(
  observed: ObservedPod,
  definition: PodContainer,
  policy: RestartPolicy,
  sandboxId: string | undefined,
  nowMs: number,
): ContainerStep {
  const last = containersNamed(observed, definition.name)[0];
  if (last === undefined)
    return { type: 'start', attempt: attemptWithoutContainer(observed, definition.name), backoffMs: 0 };
  switch (last.state.type) {
    case 'created':
    case 'unknown':
      return { type: 'clear', container: last };
    case 'running': {
      const reason = restartReason(observed, definition, last, sandboxId);
      return reason === undefined
        ? { type: 'running', container: last }
        : { type: 'restart', container: last, graceSeconds: undefined, ...reason };
    }
    case 'exited': {
      const { exitCode, startedAtMs, finishedAtMs } = last.state;
      if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return { type: 'done', exitCode };
      const ranLong = startedAtMs > 0 && finishedAtMs - startedAtMs >= restartBackoffResetMs;
      const waitMs = ranLong ? 0 : last.memo.backoffMs;
      const untilMs = finishedAtMs + waitMs;
      if (nowMs < untilMs) return { type: 'wait', untilMs, backoffMs: waitMs, container: last };
      return { type: 'start', attempt: last.attempt + 1, backoffMs: nextBackoffMs(waitMs) };
    }
  }
}

export function nextBackoffMs(backoffMs: number): number {
  return backoffMs === 0 ? restartBackoffFirstMs : Math.min(restartBackoffMaxMs, backoffMs * 2);
}

/** When the runtime lost a container that had run, its successor does not reuse the attempt, nor the log's name. */
function attemptWithoutContainer(observed: ObservedPod, name: string): number {
  const statuses = [
    ...(observed.previous?.containerStatuses ?? []),
    ...(observed.previous?.initContainerStatuses ?? []),
  ];
  const known = statuses.find((status) => status.name === name);
  return known?.containerID === undefined ? 0 : known.restartCount + 1;
}

function restartReason(
  observed: ObservedPod,
  definition: PodContainer,
  container: Container,
  sandboxId: string | undefined,
): { readonly why: string; readonly graceSeconds?: number | undefined } | undefined {
  if (container.sandboxId !== sandboxId)
    return { why: 'Pod sandbox changed, it will be killed and re-created.' };
  if (container.memo.hash !== containerHash(definition))
    return { why: `Container ${definition.name} definition changed, will be restarted` };
  const verdict = observed.probes.get(definition.name);
  const unhealthy = verdict?.containerId === container.id ? verdict.unhealthy : undefined;
  if (unhealthy === undefined) return undefined;
  const probe = unhealthy.probe === 'startup' ? definition.startupProbe : definition.livenessProbe;
  return { why: unhealthy.why, graceSeconds: probe?.terminationGracePeriodSeconds };
}
