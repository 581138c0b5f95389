/** The status of a pod, exactly as a kubelet makes it. */
import type {
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { containerStatusOf, type FormatTime, type StatusContext } from './container-status.ts';
import { addressesOf, currentSandbox, isTerminating, type PodInput } from './pod-state.ts';
import { type ForcedEnd, forcedEndOf } from './pod-progress.ts';
import { qosClassOf } from './resources.ts';
import { isSidecar, restartPolicyOf } from './restart.ts';

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** `formatTime` gives RFC 3339 in whole seconds. */
export function statusOf(input: PodInput, pod: Pod, formatTime: FormatTime): PodStatus {
  const context: StatusContext = { input, pod, formatTime };
  const initContainerStatuses = (pod.spec?.initContainers ?? []).map((container) =>
    containerStatusOf(context, container),
  );
  const containerStatuses = (pod.spec?.containers ?? []).map((container) =>
    containerStatusOf(context, container),
  );
  const ephemeralContainerStatuses = (pod.spec?.ephemeralContainers ?? []).map((container) =>
    containerStatusOf(context, container),
  );
  const phase = phaseOf(context, initContainerStatuses, containerStatuses);
  const { hostIPs } = addressesOf(input);
  const podIPs = podIPsOf(input, phase);
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    ...whyOf(context, phase),
    conditions: conditionsOf(context, phase, initContainerStatuses, containerStatuses),
    ...(hostIPs[0] === undefined ? {} : { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) }),
    ...(podIPs[0] === undefined ? {} : { podIP: podIPs[0], podIPs: podIPs.map((ip) => ({ ip })) }),
    startTime: input.observed.previous?.startTime ?? formatTime(input.observed.startTimeMs),
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
    containerStatuses,
    ...(ephemeralContainerStatuses.length === 0 ? {} : { ephemeralContainerStatuses }),
    qosClass: qosClassOf(pod),
  };
}

/** Why a pod failed, where its containers do not tell it. */
function whyOf({ input, pod }: StatusContext, phase: Phase): Pick<PodStatus, 'reason' | 'message'> {
  const { previous } = input.observed;
  if (previous?.phase === 'Succeeded' || previous?.phase === 'Failed') {
    const { reason, message } = previous;
    return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
  }
  const end = phase === 'Failed' ? forcedEnd(input, pod) : undefined;
  return end === undefined ? {} : { reason: end.reason, message: end.message };
}

/** Why its host ended it; undefined while something of it runs or is about to. */
function forcedEnd({ observed, nowMs }: PodInput, pod: Pod): ForcedEnd | undefined {
  const isBusy =
    observed.containers.some(({ state }) => state.type === 'running') ||
    observed.inFlight.some(({ type }) => type === 'start-container');
  return isBusy ? undefined : forcedEndOf(pod, observed, nowMs);
}

/** Those of the sandbox; a pod that ends keeps the ones that it had. */
function podIPsOf(input: PodInput, phase: Phase): readonly string[] {
  const { podIPs } = addressesOf(input);
  if (currentSandbox(input.observed) !== undefined && podIPs.length > 0) return podIPs;
  const isEnding = isTerminating(input) || phase === 'Succeeded' || phase === 'Failed';
  return isEnding ? (input.observed.previous?.podIPs ?? []).map(({ ip }) => ip) : [];
}

interface Tally {
  running: number;
  waiting: number;
  stopped: number;
  succeeded: number;
}

/** Terminal phases are final. Otherwise Pending until initialised and every container was started once. */
function phaseOf(
  context: StatusContext,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): Phase {
  const { input, pod } = context;
  const before = input.observed.previous?.phase;
  if (before === 'Succeeded' || before === 'Failed') return before;
  if (!isTerminating(input) && forcedEnd(input, pod) !== undefined) return 'Failed';
  const policy = restartPolicyOf(pod);
  const init = initTally(pod, inits);
  if (init.failed > 0 && policy === 'Never') return 'Failed';
  const tally = tallyOf(mains);
  const over =
    isTerminating(input) && [...inits, ...mains].every(({ state }) => state?.running === undefined);
  if (over && tally.stopped > 0)
    return tally.waiting === 0 && tally.stopped === tally.succeeded ? 'Succeeded' : 'Failed';
  if (init.pending > 0 && tally.running === 0 && tally.stopped === 0) return 'Pending';
  if (tally.waiting > 0) return 'Pending';
  if (tally.running > 0 || policy === 'Always')
    return tally.running + tally.stopped > 0 ? 'Running' : 'Pending';
  if (tally.stopped === 0) return 'Pending';
  if (tally.stopped === tally.succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function tallyOf(statuses: readonly ContainerStatus[]): Tally {
  const tally: Tally = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  for (const { state, lastState } of statuses) {
    if (state?.running !== undefined) tally.running++;
    else if (state?.terminated !== undefined) {
      tally.stopped++;
      if (state.terminated.exitCode === 0) tally.succeeded++;
    } else if (lastState?.terminated !== undefined) tally.stopped++;
    else tally.waiting++;
  }
  return tally;
}

function initTally(
  pod: Pod,
  inits: readonly ContainerStatus[],
): { readonly pending: number; readonly failed: number } {
  let pending = 0;
  let failed = 0;
  for (const [index, definition] of (pod.spec?.initContainers ?? []).entries()) {
    const status = inits[index];
    if (isSidecar(definition)) {
      if (status?.started !== true) pending++;
    } else if (status?.state?.terminated === undefined) pending++;
    else if (status.state.terminated.exitCode !== 0) failed++;
  }
  return { pending: pending + failed, failed };
}

interface ConditionDraft {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

function conditionsOf(
  context: StatusContext,
  phase: Phase,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): readonly PodCondition[] {
  const { input, pod } = context;
  const sandbox = currentSandbox(input.observed);
  const hasNetwork = sandbox?.ready === true && (sandbox.hostNetwork || sandbox.ips.length > 0);
  const containersReady = containersReadyOf(pod, phase, inits, mains);
  const drafts: readonly ConditionDraft[] = [
    { type: 'PodReadyToStartContainers', status: hasNetwork ? 'True' : 'False' },
    initializedOf(pod, phase, inits, mains),
    readyOf(pod, containersReady),
    { ...containersReady, type: 'ContainersReady' },
    { type: 'PodScheduled', status: 'True' },
  ];
  return drafts.map((draft) => withTransition(context, draft));
}

/** The time of the last change of `status`; other fields may change without one. */
function withTransition({ input, pod, formatTime }: StatusContext, draft: ConditionDraft): PodCondition {
  const before = input.observed.previous?.conditions?.find(({ type }) => type === draft.type);
  const kept = before?.status === draft.status ? before.lastTransitionTime : undefined;
  return {
    ...draft,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    lastTransitionTime: kept ?? formatTime(input.nowMs),
  };
}

function initializedOf(
  pod: Pod,
  phase: Phase,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): ConditionDraft {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' };
  const started = mains.some(({ state }) => state?.running !== undefined || state?.terminated !== undefined);
  const incomplete = (pod.spec?.initContainers ?? [])
    .filter((definition, index) =>
      isSidecar(definition) ? inits[index]?.started !== true : inits[index]?.ready !== true,
    )
    .map(({ name }) => name);
  if (started || incomplete.length === 0) return { type: 'Initialized', status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadyOf(
  pod: Pod,
  phase: Phase,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): ConditionDraft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const counted = [...inits.filter(({ name }) => sidecars.has(name)), ...mains];
  const unready = counted.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

/** Ready also asks for the conditions that the pod names as readiness gates. */
function readyOf(pod: Pod, containersReady: ConditionDraft): ConditionDraft {
  if (containersReady.status === 'False') return { ...containersReady, type: 'Ready' };
  const unmet = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) =>
    gateProblem(pod, conditionType),
  );
  if (unmet.length === 0) return { type: 'Ready', status: 'True' };
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: unmet.join(', ') };
}

/** Nothing where the gate is met; the texts are the kubelet's. */
function gateProblem(pod: Pod, conditionType: string): readonly string[] {
  const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
  const gate = JSON.stringify(conditionType);
  if (condition === undefined)
    return [`corresponding condition of pod readiness gate ${gate} does not exist.`];
  return condition.status === 'True'
    ? []
    : [`the status of pod readiness gate ${gate} is not "True", but ${condition.status}`];
}
