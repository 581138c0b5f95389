/** Carries out operations. Each function does what its data says, and tells what came of it. */
import type { Operation } from '../core/operation.ts';
import type { Checks, PodFiles, Runtime } from '../core/ports.ts';
import type { PodRef } from '../core/pod-state.ts';
import type { Container } from '../core/runtime-model.ts';
import type { NetworkDriver } from './network-driver.ts';
import { OperationFailed, type Outcome } from './outcome.ts';
import type { Pulls } from './pulls.ts';

export interface ExecuteContext {
  readonly ref: PodRef;
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly network: NetworkDriver;
  readonly pulls: Pulls;
  readonly checks: Checks;
  readonly now: () => number;
  /** How often an image could not be had for this container. */
  readonly imageFailures: (container: string) => number;
  /** Resolves when nobody writes to the pod's files. */
  readonly filesAtRest: () => Promise<void>;
  readonly tell: (
    severity: 'Normal' | 'Warning',
    reason: string,
    message: string,
    container?: string,
  ) => void;
}

/** So long a pod's end may be held up by a hook at its start. */
const postStartTimeoutMs = 120_000;
/** The kubelet's: a process gets so much of its grace even after a slow hook. */
const graceAfterHookSecondsMin = 2;

type Of<T extends Operation['type']> = Extract<Operation, { type: T }>;

export async function execute(context: ExecuteContext, operation: Operation): Promise<Outcome> {
  const { runtime, files, network, ref } = context;
  switch (operation.type) {
    case 'prepare-volumes':
      await failing('FailedMount', 'FailedMount', files.prepare(ref.uid, operation.volumes));
      return { type: 'volumes', volumes: operation.volumes };
    case 'run-sandbox': {
      const failure = 'Failed to create pod sandbox';
      const sandbox = await failing(
        'CreatePodSandboxError',
        'FailedCreatePodSandBox',
        runtime.runSandbox(operation.spec),
        failure,
      );
      return { type: 'sandbox', sandbox };
    }
    case 'ensure-image':
      return ensureImage(context, operation);
    case 'start-container':
      return startContainer(context, operation);
    case 'stop-container':
      return stopContainer(context, operation);
    case 'remove-container':
      await failing('FailedRemove', 'FailedKillPod', runtime.removeContainer(operation.id));
      return { type: 'container-gone', id: operation.id };
    case 'stop-sandbox': {
      await failing('FailedKillPod', 'FailedKillPod', runtime.stopSandbox(operation.id), 'error killing pod');
      const sandbox = await runtime.sandbox(operation.id);
      return sandbox === undefined
        ? { type: 'sandbox-gone', id: operation.id }
        : { type: 'sandbox', sandbox };
    }
    case 'remove-sandbox':
      await failing(
        'FailedKillPod',
        'FailedKillPod',
        runtime.removeSandbox(operation.id),
        'error removing pod sandbox',
      );
      return { type: 'sandbox-gone', id: operation.id };
    case 'publish-ports':
      network.setHostPorts(ref.uid, operation.ports);
      await failing('HostPortsFailed', 'HostPortsFailed', network.apply(new Set(['hostPorts'])));
      return { type: 'ports', ports: operation.ports };
    case 'remove-files':
      await context.filesAtRest();
      await failing('FailedCleanup', 'FailedCleanup', files.remove(ref));
      return { type: 'files-gone' };
  }
}

async function ensureImage(
  context: ExecuteContext,
  { container, image, policy }: Of<'ensure-image'>,
): Promise<Outcome> {
  const name = JSON.stringify(image);
  const missing = (reason: string, message: string): Outcome => {
    const failures = context.imageFailures(container) + 1;
    return {
      type: 'image',
      container,
      state: { type: 'missing', reason, message, failures, failedAtMs: context.now() },
    };
  };
  const present = policy === 'Always' ? undefined : await context.runtime.image(image);
  if (present !== undefined) {
    context.tell('Normal', 'Pulled', `Container image ${name} already present on machine`, container);
    return { type: 'image', container, state: { type: 'present', image: present } };
  }
  if (policy === 'Never') {
    const message = `Container image ${name} is not present with pull policy of Never`;
    context.tell('Warning', 'ErrImageNeverPull', message, container);
    return missing('ErrImageNeverPull', message);
  }
  context.tell('Normal', 'Pulling', `Pulling image ${name}`, container);
  try {
    const pulled = await context.pulls.pull(image);
    const seconds = (pulled.durationMs / 1000).toFixed(3);
    context.tell(
      'Normal',
      'Pulled',
      `Successfully pulled image ${name} in ${seconds}s. Image size: ${String(pulled.image.sizeBytes)} bytes.`,
      container,
    );
    return { type: 'image', container, state: { type: 'present', image: pulled.image } };
  } catch (error) {
    const message = (error as Error).message;
    context.tell('Warning', 'Failed', `Failed to pull image ${name}: ${message}`, container);
    context.tell('Warning', 'Failed', 'Error: ErrImagePull', container);
    return missing('ErrImagePull', message);
  }
}

async function startContainer(context: ExecuteContext, operation: Of<'start-container'>): Promise<Outcome> {
  const { runtime, files, ref, tell } = context;
  const { spec } = operation;
  if (operation.hosts !== undefined) await files.writeHosts(ref.uid, operation.hosts);
  const found = files.hostPathsOf(ref.uid, spec);
  const paths = await failing('CreateContainerConfigError', 'Failed', found, 'Error');
  const made = runtime.createContainer(operation.sandboxId, spec, operation.sandbox, paths);
  const id = await failing('CreateContainerError', 'Failed', made, 'Error');
  tell('Normal', 'Created', `Created container: ${spec.name}`, spec.name);
  try {
    const container = await runtime.startContainer(id);
    tell('Normal', 'Started', `Started container ${spec.name}`, spec.name);
    return { type: 'container', container: await withLastWords(files, ref, container) };
  } catch (error) {
    // The runtime keeps what could not be started, with the reason of its end.
    const container = await runtime.container(id);
    const outcome: Outcome | undefined =
      container === undefined ? undefined : { type: 'container', container };
    throw new OperationFailed('RunContainerError', 'Failed', `Error: ${(error as Error).message}`, outcome);
  }
}

/** What follows a container's start and may take its time: it keeps the runtime no more busy than a probe does. */
export async function afterStart(
  context: ExecuteContext,
  operation: Of<'start-container'>,
  started: Outcome,
): Promise<Outcome> {
  const { postStart, spec } = operation;
  if (postStart === undefined || started.type !== 'container') return started;
  const { id } = started.container;
  const result = await context.checks.run(postStart, id, postStartTimeoutMs);
  if (result.ok) return started;
  context.tell('Warning', 'FailedPostStartHook', `PostStartHook failed: ${result.output}`, spec.name);
  const graceSeconds = spec.memo.terminationGraceSeconds;
  const why = `FailedPostStartHook`;
  return stopContainer(context, {
    type: 'stop-container',
    id,
    container: spec.name,
    graceSeconds,
    why,
    preStop: undefined,
  });
}

async function stopContainer(context: ExecuteContext, operation: Of<'stop-container'>): Promise<Outcome> {
  context.tell('Normal', 'Killing', operation.why, operation.container);
  const graceSeconds = await runPreStop(context, operation);
  const stopped = context.runtime.stopContainer(operation.id, graceSeconds);
  await failing('FailedKillPod', 'FailedKillPod', stopped, 'error killing container');
  const container = await context.runtime.container(operation.id);
  if (container === undefined) return { type: 'container-gone', id: operation.id };
  return { type: 'container', container: await withLastWords(context.files, context.ref, container) };
}

/** Gives the grace that is left for the process itself. */
async function runPreStop(context: ExecuteContext, operation: Of<'stop-container'>): Promise<number> {
  const { preStop, graceSeconds, id, container } = operation;
  if (preStop === undefined || graceSeconds === 0) return graceSeconds;
  const begunMs = context.now();
  const result = await context.checks.run(preStop, id, graceSeconds * 1000);
  if (!result.ok)
    context.tell('Warning', 'FailedPreStopHook', `PreStopHook failed: ${result.output}`, container);
  const leftSeconds = graceSeconds - (context.now() - begunMs) / 1000;
  return Math.ceil(Math.max(graceAfterHookSecondsMin, leftSeconds));
}

/** The message that an ended container left becomes part of how it ended. */
export async function withLastWords(files: PodFiles, ref: PodRef, container: Container): Promise<Container> {
  const { state } = container;
  if (state.type !== 'exited' || state.message !== '') return container;
  const message = await files.terminationMessage(ref, container);
  return message === '' ? container : { ...container, state: { ...state, message } };
}

async function failing<T>(
  reason: string,
  eventReason: string,
  work: Promise<T>,
  prefix?: string,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = (error as Error).message;
    throw new OperationFailed(reason, eventReason, prefix === undefined ? message : `${prefix}: ${message}`);
  }
}
