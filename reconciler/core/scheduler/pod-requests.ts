/** What a pod asks of a node, as KEP-753, KEP-1287 (in-place resize) and KEP-2837 (pod-level resources) sum it up. */
import type { Container, ContainerStatus, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { podCondition } from '../model/pod-status.ts';
import { parseQuantity } from '../model/quantity.ts';

/** Amounts by resource: `cpu` in millicores, everything else in whole units; `pods` is always 1. */
export type Requests = ReadonlyMap<string, number>;

type Amounts = Map<string, number>;
type Quantities = Readonly<Record<string, string>> | undefined;

const nothing: Requests = new Map([['pods', 1]]);
const known = new WeakMap<object, Requests>();

/** What a container without a request counts for where nodes are compared: 100m and 200 MiB, never when they are filled. */
const assumed: Requests = new Map([
  ['cpu', 100],
  ['memory', 200 * 2 ** 20],
]);

/** Amount of a resource as the scheduler counts it; 0 for what is no quantity. */
export function amountOf(resource: string, quantity: string | number): number {
  return parseQuantity(String(quantity), resource === 'cpu' ? 0.001 : 1) ?? 0;
}

export function podRequests(pod: Pod): Requests {
  if (pod.spec === undefined) return nothing;
  // Without statuses that speak of resources the spec alone decides, and specs outlive many statuses.
  const place = hasStatusResources(pod) ? pod : pod.spec;
  const seen = known.get(place);
  if (seen !== undefined) return seen;
  const requests = computed(pod, new Map());
  known.set(place, requests);
  return requests;
}

/** As `podRequests`, with an assumed amount for each container that names none: for comparing nodes only. */
export function comparedRequests(pod: Pod): Requests {
  return computed(pod, assumed);
}

/** Whether the statuses of its containers have a say in what it asks for. */
export function hasStatusResources({ status }: Pod): boolean {
  const of = (statuses: readonly ContainerStatus[] | undefined): boolean =>
    (statuses ?? []).some((one) => one.allocatedResources !== undefined || one.resources !== undefined);
  if (status === undefined) return false;
  return (
    status.allocatedResources !== undefined ||
    status.resources !== undefined ||
    of(status.containerStatuses) ||
    of(status.initContainerStatuses)
  );
}

function computed(pod: Pod, missing: Requests): Requests {
  const { spec, status } = pod;
  const running: Amounts = new Map();
  const starting: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const infeasible = podCondition(pod, 'PodResizePending')?.reason === 'Infeasible';
  const asked = (container: Container, statuses: readonly ContainerStatus[] | undefined): Amounts => {
    const own = statuses?.find((one) => one.name === container.name);
    return resized(requestsOf(container, missing), own, infeasible);
  };
  for (const container of spec?.initContainers ?? []) {
    const sidecar = container.restartPolicy === 'Always';
    const amount = asked(container, status?.initContainerStatuses);
    if (sidecar) add(sidecars, amount);
    const peak = new Map(sidecars);
    if (!sidecar) add(peak, amount);
    raise(starting, peak);
  }
  for (const container of spec?.containers ?? []) add(running, asked(container, status?.containerStatuses));
  add(running, sidecars);
  raise(running, starting);
  // Requests of the pod as a whole stand in for the sum of its containers.
  const whole = resized(amounts(spec?.resources?.requests), status, infeasible);
  if (spec?.resources?.requests !== undefined)
    for (const [resource, amount] of whole) running.set(resource, amount);
  add(running, amounts(spec?.overhead));
  running.set('pods', 1);
  return running;
}

/** While a pod is resized it holds the most of what it asks for, was promised and uses; a refused wish counts for nothing. */
function resized(
  wanted: Amounts,
  status: Pick<ContainerStatus, 'allocatedResources' | 'resources'> | undefined,
  infeasible: boolean,
): Amounts {
  const { allocatedResources, resources } = status ?? {};
  if (allocatedResources === undefined && resources?.requests === undefined) return wanted;
  const held = amounts(allocatedResources);
  raise(held, amounts(resources?.requests));
  if (!infeasible) raise(held, wanted);
  return held;
}

function requestsOf(container: Container, missing: Requests): Amounts {
  const own = amounts({ ...container.resources?.limits, ...container.resources?.requests });
  for (const [resource, amount] of missing) if (!own.has(resource)) own.set(resource, amount);
  return own;
}

function amounts(quantities: Quantities): Amounts {
  const result: Amounts = new Map();
  for (const resource in quantities) result.set(resource, amountOf(resource, quantities[resource] ?? '0'));
  return result;
}

function add(to: Amounts, more: Requests): void {
  for (const [resource, amount] of more) to.set(resource, (to.get(resource) ?? 0) + amount);
}

function raise(to: Amounts, least: Requests): void {
  for (const [resource, amount] of least) to.set(resource, Math.max(to.get(resource) ?? 0, amount));
}
