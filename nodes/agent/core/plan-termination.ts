/**
 * The end of a pod, in the order of safety: nobody is sent to it any more, its containers end, its sandbox goes,
 * then its files.
 */
import { checkActionOf } from './check-action.ts';
import { terminationGraceOf } from './container-spec.ts';
import { type Draft, inFlight, propose } from './draft.ts';
import type { PodPlan } from './operation.ts';
import { addressesOf } from './pod-state.ts';
import { isSidecar } from './restart.ts';
import type { Container } from './runtime-model.ts';

export function planTermination(draft: Draft): PodPlan {
  const gone = planNextStep(draft);
  return { operations: draft.operations, events: draft.events, wakeAtMs: draft.wakeAtMs, gone };
}

/** True when nothing is left. */
function planNextStep(draft: Draft): boolean {
  const { input } = draft;
  const { observed } = input;
  if (observed.publishedPorts.length > 0) {
    propose(draft, { type: 'publish-ports', ports: [] });
    return false;
  }
  if (stopContainers(draft)) return false;
  // What is being made can only be taken away once it is there.
  if (
    inFlight(input, 'start-container') ||
    inFlight(input, 'run-sandbox') ||
    inFlight(input, 'prepare-volumes')
  )
    return false;
  for (const sandbox of observed.sandboxes)
    propose(draft, { type: sandbox.ready ? 'stop-sandbox' : 'remove-sandbox', id: sandbox.id });
  const known = new Set(observed.sandboxes.map(({ id }) => id));
  const left = observed.containers.filter(({ sandboxId }) => !known.has(sandboxId));
  for (const { id, name } of left) propose(draft, { type: 'remove-container', id, container: name });
  if (observed.sandboxes.length + observed.containers.length > 0) return false;
  if (observed.hasFiles) propose(draft, { type: 'remove-files' });
  return !observed.hasFiles && observed.inFlight.length === 0;
}

/**
 * Main containers side by side, then sidecars one by one, the last one first. True while any runs. `graceSeconds`
 * undefined: as the pod says.
 */
export function stopContainers(draft: Draft, graceSeconds?: number): boolean {
  const { pod, observed } = draft.input;
  const alive = observed.containers.filter(({ state }) => state.type === 'running');
  const sidecars = (pod?.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const mains = alive.filter(({ name }) => !sidecars.includes(name));
  const lastSidecar = alive
    .toSorted((a, b) => sidecars.indexOf(b.name) - sidecars.indexOf(a.name))
    .slice(0, 1);
  for (const container of mains.length > 0 ? mains : lastSidecar) stop(draft, container, graceSeconds);
  return alive.length > 0;
}

function stop(draft: Draft, container: Container, graceSeconds: number | undefined): void {
  const { pod } = draft.input;
  const definition = [...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])].find(
    ({ name }) => name === container.name,
  );
  const handler = definition?.lifecycle?.preStop;
  propose(draft, {
    type: 'stop-container',
    id: container.id,
    container: container.name,
    graceSeconds:
      graceSeconds ?? (pod === undefined ? container.memo.terminationGraceSeconds : terminationGraceOf(pod)),
    why: `Stopping container ${container.name}`,
    preStop:
      definition && handler && checkActionOf(handler, definition, addressesOf(draft.input).podIPs[0] ?? ''),
  });
}
