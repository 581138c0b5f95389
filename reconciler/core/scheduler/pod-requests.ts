/** What a pod asks of a node, as KEP-753 and KEP-2837 sum it up. */
import type { Container, Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { parseQuantity } from '../model/quantity.ts';

/** Amounts by resource: `cpu` in millicores, everything else in whole units; `pods` is always 1. */
export type Requests = ReadonlyMap<string, number>;

type Amounts = Map<string, number>;

const nothing: Requests = new Map([['pods', 1]]);
const known = new WeakMap<PodSpec, Requests>();

/** Amount of a resource as the scheduler counts it; 0 for what is no quantity. */
export function amountOf(resource: string, quantity: string | number): number {
  return parseQuantity(String(quantity), resource === 'cpu' ? 0.001 : 1) ?? 0;
}

export function podRequests(pod: Pod): Requests {
  if (pod.spec === undefined) return nothing;
  const seen = known.get(pod.spec);
  if (seen !== undefined) return seen;
  const requests = computed(pod.spec);
  known.set(pod.spec, requests);
  return requests;
}

function computed(spec: PodSpec): Requests {
  const running: Amounts = new Map();
  const starting: Amounts = new Map();
  const sidecars: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const sidecar = container.restartPolicy === 'Always';
    if (sidecar) add(sidecars, requestsOf(container));
    const peak = new Map(sidecars);
    if (!sidecar) add(peak, requestsOf(container));
    raise(starting, peak);
  }
  for (const container of spec.containers) add(running, requestsOf(container));
  add(running, sidecars);
  raise(running, starting);
  // Requests of the pod as a whole stand in for the sum of its containers.
  for (const [resource, quantity] of Object.entries(spec.resources?.requests ?? {}))
    running.set(resource, amountOf(resource, quantity));
  add(running, amounts(spec.overhead));
  running.set('pods', 1);
  return running;
}

function requestsOf(container: Container): Amounts {
  return amounts({ ...container.resources?.limits, ...container.resources?.requests });
}

function amounts(quantities: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(
    Object.entries(quantities ?? {}).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]),
  );
}

function add(to: Amounts, more: Amounts): void {
  for (const [resource, amount] of more) to.set(resource, (to.get(resource) ?? 0) + amount);
}

function raise(to: Amounts, least: Amounts): void {
  for (const [resource, amount] of least) to.set(resource, Math.max(to.get(resource) ?? 0, amount));
}
