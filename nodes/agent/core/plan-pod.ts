/** Desired against observed, for one pod: what to do now, what to tell, and when to look again. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Draft, inFlight, propose, wakeAt } from './draft.ts';
import { hostPortsOf } from './host-ports.ts';
import type { PodPlan } from './operation.ts';
import { planContainers } from './plan-containers.ts';
import { requireImage } from './plan-images.ts';
import { planTermination, stopContainers } from './plan-termination.ts';
import { deadlineMsOf, forcedEndOf, initProgress, isFinished } from './pod-progress.ts';
import { currentSandbox, type PodInput } from './pod-state.ts';
import { restartPolicyOf, stepOf } from './restart.ts';
import type { Container, Sandbox } from './runtime-model.ts';
import { sandboxSpecOf } from './sandbox-spec.ts';
import { unsupportedOf } from './unsupported.ts';
import { compileVolumes } from './volumes.ts';

export function planPod(input: PodInput): PodPlan {
  const draft: Draft = { input, operations: [], events: [], wakeAtMs: undefined };
  const { pod } = input;
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return planTermination(draft);
  draft.events.push(...unsupportedOf(pod));
  const end = forcedEndOf(pod, input.observed, input.nowMs);
  if (isFinished(pod, input.observed)) planFinished(draft);
  else if (end !== undefined) {
    const { severity, reason, message, eventMessage = message } = end;
    draft.events.push({ key: `end/${reason}`, severity, reason, message: eventMessage });
    planFinished(draft, end.graceSeconds);
  } else {
    planLife(draft, pod);
    const deadlineMs = deadlineMsOf(pod, input.observed);
    if (deadlineMs !== undefined) wakeAt(draft, deadlineMs);
  }
  return { operations: draft.operations, events: draft.events, wakeAtMs: draft.wakeAtMs, gone: false };
}

function planLife(draft: Draft, pod: Pod): void {
  const { input } = draft;
  const { observed } = input;
  const addresses = { nodeName: input.host.nodeName, hostIPs: input.host.hostIPs, podIPs: [] };
  const { volumes, problems } = compileVolumes({
    pod,
    sources: input.sources,
    addresses,
    capacity: input.host,
  });
  for (const message of problems)
    draft.events.push({ key: `mount/${message}`, severity: 'Warning', reason: 'FailedMount', message });
  const volumesReady =
    problems.length === 0 && JSON.stringify(observed.preparedVolumes) === JSON.stringify(volumes);
  if (problems.length === 0 && !volumesReady) propose(draft, { type: 'prepare-volumes', volumes });
  const mayStart = problems.length === 0 || observed.containers.some(isRunning);
  if (!mayStart || !planSandbox(draft, pod)) return;
  planContainers(draft, pod, volumesReady);
  planHostPorts(draft, pod);
}

/** False while there is no sandbox in which containers may start. Images are fetched meanwhile. */
function planSandbox(draft: Draft, pod: Pod): boolean {
  const { input } = draft;
  const { observed } = input;
  const sandbox = currentSandbox(observed);
  for (const old of observed.sandboxes.slice(1)) planOldSandbox(draft, old);
  if (sandbox?.ready === true && (sandbox.ips.length > 0 || sandbox.hostNetwork)) return true;
  if (sandbox !== undefined && planBrokenSandbox(draft, sandbox)) return false;
  planFirstImages(draft, pod);
  if (inFlight(input, 'stop-sandbox')) return false;
  if (pod.spec?.hostNetwork !== true && !input.host.networkReady) {
    const message = 'network is not ready: the pod network of this host is not set up yet';
    draft.events.push({ key: 'network-not-ready', severity: 'Warning', reason: 'NetworkNotReady', message });
    return false;
  }
  propose(draft, {
    type: 'run-sandbox',
    spec: sandboxSpecOf(input.ref, pod, input.host, (sandbox?.attempt ?? -1) + 1),
  });
  return false;
}

/** A former sandbox stays while it holds the newest container of some name: how that one ended still counts. */
function planOldSandbox(draft: Draft, old: Sandbox): void {
  const { containers } = draft.input.observed;
  const isNewest = (container: Container): boolean =>
    containers.find(({ name }) => name === container.name) === container;
  if (old.ready) propose(draft, { type: 'stop-sandbox', id: old.id });
  else if (!containers.some((container) => container.sandboxId === old.id && isNewest(container))) {
    propose(draft, { type: 'remove-sandbox', id: old.id });
  }
}

/** What a dead or half-made sandbox still holds has to end before the next one begins. True while it does. */
function planBrokenSandbox(draft: Draft, sandbox: Sandbox): boolean {
  const running = draft.input.observed.containers.filter(isRunning);
  stopAll(draft, running, 'Pod sandbox changed, it will be killed and re-created.');
  if (running.length > 0) return true;
  if (sandbox.ready) propose(draft, { type: 'stop-sandbox', id: sandbox.id });
  return sandbox.ready;
}

/** Pulling takes long and needs no sandbox. */
function planFirstImages(draft: Draft, pod: Pod): void {
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    const step = stepOf(draft.input.observed, container, restartPolicyOf(pod), undefined, draft.input.nowMs);
    if (step.type === 'start') requireImage(draft, container);
  }
}

/** After the containers run, so that nobody is sent to a pod that is not there. */
function planHostPorts(draft: Draft, pod: Pod): void {
  const { observed } = draft.input;
  if (initProgress(pod, observed).type !== 'complete' || !observed.containers.some(isRunning)) return;
  const ports = hostPortsOf(pod, currentSandbox(observed)?.ips[0]);
  if (JSON.stringify(ports) !== JSON.stringify(observed.publishedPorts))
    propose(draft, { type: 'publish-ports', ports });
}

/** Succeeded or Failed, or about to: what still runs and the sandbox go, the rest stays for its logs until the pod is deleted. */
function planFinished(draft: Draft, graceSeconds?: number): void {
  const { observed } = draft.input;
  if (observed.publishedPorts.length > 0) return propose(draft, { type: 'publish-ports', ports: [] });
  if (stopContainers(draft, graceSeconds)) return;
  for (const sandbox of observed.sandboxes)
    if (sandbox.ready) propose(draft, { type: 'stop-sandbox', id: sandbox.id });
}

function stopAll(draft: Draft, containers: readonly Container[], why: string): void {
  for (const { id, name, memo } of containers) {
    const graceSeconds = memo.terminationGraceSeconds;
    propose(draft, {
      type: 'stop-container',
      id,
      container: name,
      graceSeconds,
      why,
      preStop: undefined,
    });
  }
}

function isRunning(container: Container): boolean {
  return container.state.type === 'running';
}
