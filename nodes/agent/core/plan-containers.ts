/** The containers of a pod whose sandbox is ready. */
import type { Container as PodContainer, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type CheckAction, checkActionOf } from './check-action.ts';
import { compileContainer, terminationGraceOf } from './container-spec.ts';
import { type Draft, inFlight, propose, wakeAt } from './draft.ts';
import { hostsFileOf } from './hosts-file.ts';
import { requireImage } from './plan-images.ts';
import { initProgress } from './pod-progress.ts';
import { addressesOf, containersNamed, currentSandbox } from './pod-state.ts';
import { type ContainerStep, isSidecar, type RestartPolicy, restartPolicyOf, stepOf } from './restart.ts';
import type { Sandbox } from './runtime-model.ts';
import { hostnameOf, sandboxSpecOf } from './sandbox-spec.ts';

/** Dead containers kept per name, for their logs and the last state: as many as the kubelet keeps. */
const deadContainersKept = 1;

interface Turn {
  readonly draft: Draft;
  readonly pod: Pod;
  readonly sandbox: Sandbox;
  /** The volumes are as they have to be. */
  readonly volumesReady: boolean;
}

export function planContainers(draft: Draft, pod: Pod, volumesReady: boolean): void {
  const sandbox = currentSandbox(draft.input.observed);
  if (sandbox === undefined) return;
  const turn: Turn = { draft, pod, sandbox, volumesReady };
  const progress = initProgress(pod, draft.input.observed);
  const inits = pod.spec?.initContainers ?? [];
  // Before all others: they are wanted most where these do not start.
  for (const container of pod.spec?.ephemeralContainers ?? []) takeEphemeralStep(turn, container);
  switch (progress.type) {
    case 'failed':
      return;
    case 'at':
      for (const container of inits.slice(0, inits.indexOf(progress.container))) {
        if (isSidecar(container)) takeStep(turn, container, 'Always');
      }
      takeStep(turn, progress.container, isSidecar(progress.container) ? 'Always' : 'OnFailure');
      break;
    case 'complete':
      for (const container of inits) if (isSidecar(container)) takeStep(turn, container, 'Always');
      for (const container of pod.spec?.containers ?? []) takeStep(turn, container, restartPolicyOf(pod));
      break;
  }
  removeOldContainers(draft, pod);
}

/** An ephemeral container starts once: neither its own end nor that of its sandbox brings it back. */
function takeEphemeralStep(turn: Turn, container: PodContainer): void {
  const { observed } = turn.draft.input;
  const before = observed.previous?.ephemeralContainerStatuses?.find(({ name }) => name === container.name);
  const isLost = before?.containerID !== undefined && containersNamed(observed, container.name).length === 0;
  if (!isLost) takeStep(turn, container, 'Never');
}

function takeStep(turn: Turn, container: PodContainer, policy: RestartPolicy): void {
  const { draft, pod, sandbox } = turn;
  const { input } = draft;
  const effective = isRerunInit(turn, container) ? 'Always' : policy;
  const step = stepOf(input.observed, container, effective, sandbox.id, input.nowMs);
  switch (step.type) {
    case 'running':
    case 'done':
      return;
    case 'clear':
      if (!inFlight(input, 'start-container'))
        propose(draft, { type: 'remove-container', id: step.container.id, container: container.name });
      return;
    case 'restart':
      propose(draft, {
        type: 'stop-container',
        id: step.container.id,
        container: container.name,
        graceSeconds: step.graceSeconds ?? terminationGraceOf(pod),
        why: step.why,
        preStop: hookOf(turn, container, 'preStop'),
      });
      return;
    case 'wait':
      wakeAt(draft, step.untilMs);
      draft.events.push({
        key: `crash-back-off/${step.container.id}`,
        severity: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${container.name} in pod ${input.ref.name}_${input.ref.namespace}(${input.ref.uid})`,
        container: container.name,
      });
      return;
    case 'start':
      return planStart(turn, container, step);
  }
}

/** An init container that succeeded in a former sandbox runs again in the new one. */
function isRerunInit(turn: Turn, container: PodContainer): boolean {
  const last = containersNamed(turn.draft.input.observed, container.name)[0];
  const isInit = turn.pod.spec?.initContainers?.includes(container) === true;
  return isInit && last !== undefined && last.sandboxId !== turn.sandbox.id;
}

/** Containers of a pod start one after the other, in the order of its spec. */
function planStart(
  turn: Turn,
  container: PodContainer,
  step: ContainerStep & { readonly type: 'start' },
): void {
  const { draft, pod, sandbox } = turn;
  const { input } = draft;
  const image = requireImage(draft, container);
  if (image === undefined || !turn.volumesReady || inFlight(input, 'prepare-volumes')) return;
  if (inFlight(input, 'start-container') || draft.operations.some(({ type }) => type === 'start-container'))
    return;
  const compiled = compileContainer(input, {
    pod,
    container,
    image,
    attempt: step.attempt,
    backoffMs: step.backoffMs,
  });
  if (compiled.type === 'problem') {
    draft.events.push({
      key: `config/${container.name}/${compiled.message}`,
      severity: 'Warning',
      reason: 'Failed',
      message: `Error: ${compiled.message}`,
      container: container.name,
    });
    return;
  }
  propose(draft, {
    type: 'start-container',
    sandboxId: sandbox.id,
    spec: compiled.spec,
    sandbox: sandboxSpecOf(input.ref, pod, input.host, sandbox.attempt),
    hosts: hostsFileOf(pod, hostnameOf(pod, input.host), addressesOf(input).podIPs),
    postStart: hookOf(turn, container, 'postStart'),
  });
}

function hookOf(
  { draft }: Turn,
  container: PodContainer,
  name: 'preStop' | 'postStart',
): CheckAction | undefined {
  const handler = container.lifecycle?.[name];
  return handler && checkActionOf(handler, container, addressesOf(draft.input).podIPs[0] ?? '');
}

function removeOldContainers(draft: Draft, pod: Pod): void {
  const { observed } = draft.input;
  const names = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(
    ({ name }) => name,
  );
  for (const name of names) {
    for (const old of containersNamed(observed, name).slice(1 + deadContainersKept)) {
      if (old.state.type !== 'running')
        propose(draft, { type: 'remove-container', id: old.id, container: name });
    }
  }
}
