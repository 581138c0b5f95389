/** The status of one container, field by field as a kubelet gives it. */
import type {
  Container as PodContainer,
  ContainerState as StatusState,
  ContainerStatus,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { compileContainer } from './container-spec.ts';
import { pullRetryAtMs } from './failure.ts';
import { type ContainerStatusList, statusListOf } from './pod-containers.ts';
import { isFinished, isStarted, statusBefore } from './pod-progress.ts';
import {
  containersNamed,
  currentSandbox,
  type ImageState,
  isTerminating,
  type PodInput,
} from './pod-state.ts';
import { hasProbe } from './probe.ts';
import { isSidecar, type RestartPolicy, restartPolicyOf, stepOf } from './restart.ts';
import type { Container } from './runtime-model.ts';

export type FormatTime = (ms: number) => string;

export interface StatusContext {
  readonly input: PodInput;
  readonly pod: Pod;
  readonly formatTime: FormatTime;
}

export function containerStatusOf(context: StatusContext, definition: PodContainer): ContainerStatus {
  const { input } = context;
  const kind = statusListOf(context.pod, definition.name);
  const before = input.observed.previous?.[kind]?.find(({ name }) => name === definition.name);
  const [last, dead] = containersNamed(input.observed, definition.name);
  const gone = last === undefined ? statusWithoutContainer(context, definition, before) : undefined;
  if (gone !== undefined) return gone;
  const waiting = waitingOf(context, definition, last);
  const observed = last === undefined ? undefined : stateOf(context, last);
  const state = waiting ?? observed ?? { waiting: { reason: firstReason(context.pod) } };
  const restartCount = last?.attempt ?? before?.restartCount ?? 0;
  const running = state.running !== undefined;
  const started = running && isStarted(definition, input.observed);
  const lastState =
    waiting !== undefined && observed?.terminated !== undefined
      ? observed
      : formerState(context, dead, before, restartCount);
  return {
    name: definition.name,
    state,
    lastState,
    ready: isReady(context, definition, last, started),
    restartCount,
    image: imageNameOf(input.observed.images.get(definition.name), definition, before),
    imageID: last?.imageId ?? before?.imageID ?? '',
    ...(last === undefined ? {} : { containerID: `containerd://${last.id}` }),
    ...startedFieldOf(kind, definition, started),
  };
}

/** Of an ephemeral container, which has no probes, nobody asks. */
function startedFieldOf(
  kind: ContainerStatusList,
  definition: PodContainer,
  started: boolean,
): Pick<ContainerStatus, 'started'> {
  switch (kind) {
    case 'containerStatuses':
      return { started };
    case 'initContainerStatuses':
      return { started: isSidecar(definition) && started };
    case 'ephemeralContainerStatuses':
      return {};
  }
}

/** A container that the runtime no longer has: what it last was, if it had ended; the end of a pod keeps that. */
function statusWithoutContainer(
  context: StatusContext,
  definition: PodContainer,
  before: ContainerStatus | undefined,
): ContainerStatus | undefined {
  const { input, pod, formatTime } = context;
  const isEphemeral = statusListOf(pod, definition.name) === 'ephemeralContainerStatuses';
  const isOver = isEphemeral || isTerminating(input) || isFinished(pod, input.observed);
  if (before === undefined || !isOver) return undefined;
  if (before.state?.terminated !== undefined) return { ...before, ready: false, started: false };
  if (before.containerID === undefined) return undefined;
  const terminated = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: before.state?.running?.startedAt ?? formatTime(0),
    finishedAt: formatTime(input.nowMs),
    containerID: before.containerID,
  };
  return { ...before, name: definition.name, state: { terminated }, ready: false, started: false };
}

function stateOf({ formatTime }: StatusContext, container: Container): StatusState | undefined {
  const { state } = container;
  switch (state.type) {
    case 'created':
      return undefined;
    case 'unknown':
      return undefined;
    case 'running':
      return { running: { startedAt: formatTime(state.startedAtMs) } };
    case 'exited':
      return {
        terminated: {
          exitCode: state.exitCode,
          reason: state.reason === '' ? (state.exitCode === 0 ? 'Completed' : 'Error') : state.reason,
          ...(state.message === '' ? {} : { message: state.message }),
          startedAt: formatTime(state.startedAtMs),
          finishedAt: formatTime(state.finishedAtMs),
          containerID: `containerd://${container.id}`,
        },
      };
  }
}

/** How the container before this one ended. */
function formerState(
  context: StatusContext,
  dead: Container | undefined,
  before: ContainerStatus | undefined,
  restartCount: number,
): StatusState {
  if (dead?.state.type === 'exited') return stateOf(context, dead) ?? {};
  if (before === undefined) return {};
  if (before.restartCount === restartCount) return before.lastState ?? {};
  return before.state?.terminated === undefined
    ? (before.lastState ?? {})
    : { terminated: before.state.terminated };
}

/** Why the container waits to start; undefined where it runs, or has ended and does not start again now. */
function waitingOf(
  context: StatusContext,
  definition: PodContainer,
  last: Container | undefined,
): StatusState | undefined {
  const { input, pod } = context;
  if (last?.state.type === 'running') return undefined;
  if (last !== undefined && (isTerminating(input) || isFinished(pod, input.observed))) return undefined;
  const policy = policyOf(pod, definition);
  const step = stepOf(input.observed, definition, policy, currentSandbox(input.observed)?.id, input.nowMs);
  switch (step.type) {
    case 'done':
    case 'running':
    case 'restart':
      return undefined;
    case 'wait':
      return waiting(
        'CrashLoopBackOff',
        `back-off ${formatDuration(step.backoffMs)} restarting failed container=${definition.name} pod=${input.ref.name}_${input.ref.namespace}(${input.ref.uid})`,
      );
    case 'clear':
    case 'start':
      return waitingToStart(context, definition, last);
  }
}

function policyOf(pod: Pod, definition: PodContainer): RestartPolicy {
  switch (statusListOf(pod, definition.name)) {
    case 'containerStatuses':
      return restartPolicyOf(pod);
    case 'initContainerStatuses':
      return isSidecar(definition) ? 'Always' : 'OnFailure';
    case 'ephemeralContainerStatuses':
      return 'Never';
  }
}

function waitingToStart(
  context: StatusContext,
  definition: PodContainer,
  last: Container | undefined,
): StatusState | undefined {
  const { input, pod } = context;
  const image = input.observed.images.get(definition.name);
  if (image?.type === 'missing') return waiting(...imageReason(image, definition, input.nowMs));
  const failure = input.observed.failures.get(`start-container/${definition.name}`);
  if (failure !== undefined) return waiting(failure.reason, failure.message);
  const problem = image === undefined ? undefined : configProblem(input, pod, definition, image);
  if (problem !== undefined) return waiting('CreateContainerConfigError', problem);
  // Just ended and about to start again: until it does, how it ended is the truth.
  if (last?.state.type === 'exited') return undefined;
  return waiting(firstReason(pod));
}

/** What a container waits for before anything happened to it, as kubelet tells it of all containers of a pod. */
function firstReason(pod: Pod): string {
  return (pod.spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
}

function configProblem(
  input: PodInput,
  pod: Pod,
  container: PodContainer,
  image: Extract<ImageState, { type: 'present' }>,
): string | undefined {
  const compiled = compileContainer(input, { pod, container, image: image.image, attempt: 0, backoffMs: 0 });
  return compiled.type === 'problem' ? compiled.message : undefined;
}

function imageReason(
  state: Extract<ImageState, { type: 'missing' }>,
  definition: PodContainer,
  nowMs: number,
): [reason: string, message: string] {
  const justFailed = nowMs <= state.failedAtMs || pullRetryAtMs(state.failures, state.failedAtMs) <= nowMs;
  if (state.reason !== 'ErrImagePull' || justFailed) return [state.reason, state.message];
  return [
    'ImagePullBackOff',
    `Back-off pulling image ${JSON.stringify(definition.image ?? '')}: ${state.message}`,
  ];
}

function isReady(
  context: StatusContext,
  definition: PodContainer,
  last: Container | undefined,
  started: boolean,
): boolean {
  const kind = statusListOf(context.pod, definition.name);
  if (kind === 'ephemeralContainerStatuses') return false;
  if (kind === 'initContainerStatuses' && !isSidecar(definition))
    return last?.state.type === 'exited' && last.state.exitCode === 0;
  if (last?.state.type !== 'running' || !started) return false;
  if (!hasProbe(definition, 'readiness')) return true;
  const { observed } = context.input;
  const verdict = observed.probes.get(definition.name);
  if (verdict?.containerId === last.id && verdict.ready !== undefined) return verdict.ready;
  return statusBefore(observed, last)?.ready === true;
}

/** The full name that the runtime knows the image by, once it is known. */
function imageNameOf(
  state: ImageState | undefined,
  definition: PodContainer,
  before: ContainerStatus | undefined,
): string {
  const written = definition.image ?? '';
  if (state?.type === 'present') {
    const names = state.image.names.filter((name) => !name.includes('@'));
    return names.find((name) => name === written || name.endsWith(`/${written}`)) ?? names[0] ?? written;
  }
  return before === undefined || before.image === '' ? written : before.image;
}

function waiting(reason: string, message?: string): StatusState {
  return { waiting: { reason, ...(message === undefined || message === '' ? {} : { message }) } };
}

/** As Go writes durations: `10s`, `1m20s`, `5m0s`. */
function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${String(seconds)}s`
    : `${String(Math.floor(seconds / 60))}m${String(seconds % 60)}s`;
}
