/** Services and the pods that they select: what the controllers of endpoints have in common. */
import type { Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { hasLabels } from '../model/label-selector.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import { isPodDeleted, isPodReady, isPodTerminal, podCondition } from '../model/pod-status.ts';
import { parseTime } from '../model/time.ts';
import { sameJson } from '../model/json.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';

/** When what made the endpoints change happened: consumers measure by it how long programming takes. */
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
export const headlessLabel = 'service.kubernetes.io/headless';

/** The selector of a Service whose endpoints are made from pods; those of one without are made by others. */
export function selectorOf(service: Service): Readonly<Record<string, string>> | undefined {
  const selector = service.spec?.selector;
  if (service.spec?.type === 'ExternalName' || selector === undefined || Object.keys(selector).length === 0)
    return undefined;
  return selector;
}

/** Whether the Service has no address of its own. */
export function isHeadless(service: Service): boolean {
  const address = service.spec?.clusterIP ?? '';
  return address === 'None' || address === '';
}

/** By change: two controllers ask the same about each. */
const asked = new WeakMap<ViewChange, readonly ObjectRef[]>();

/** The Services that select a pod as it was, or as it is, where the change can alter any endpoint. */
export function servicesOfPod(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const known = asked.get(change) ?? servicesConcerned(change, view);
  asked.set(change, known);
  return known;
}

function servicesConcerned({ before, after, ref }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const pods = [before, after].filter((pod) => pod !== undefined) as readonly Pod[];
  const [was, is] = pods;
  if (pods.length === 2 && was !== undefined && is !== undefined && sameJson(facts(was), facts(is)))
    return [];
  return view
    .list<Service>('v1', 'Service', ref.namespace)
    .filter((service) => {
      const selector = selectorOf(service);
      return selector !== undefined && pods.some(({ metadata }) => hasLabels(selector, metadata.labels));
    })
    .map(refOf);
}

/** What endpoints are made of; most changes of pods touch none of it. */
function facts(pod: Pod): readonly unknown[] {
  const { nodeName, hostname, subdomain } = pod.spec ?? {};
  const addresses = pod.status?.podIPs ?? pod.status?.podIP;
  return [
    pod.metadata.labels,
    pod.metadata.uid,
    isPodDeleted(pod),
    isPodTerminal(pod),
    isPodReady(pod),
    addresses,
    nodeName,
    hostname,
    subdomain,
  ];
}

/** The pod's address of a family; undefined where it has none yet. */
export function addressOf(pod: Pod, family: string): string | undefined {
  const { podIPs, podIP } = pod.status ?? {};
  const addresses = podIPs?.map(({ ip }) => ip) ?? (podIP === undefined ? [] : [podIP]);
  return addresses.find((ip) => ip !== '' && ip.includes(':') === (family === 'IPv6'));
}

/** The name by which the Service's pods find this one; undefined where it asks for none. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname = '', subdomain } = pod.spec ?? {};
  return hostname !== '' && subdomain === service.metadata.name ? hostname : undefined;
}

/** The earliest of the moments that pods became ready or ceased to be; undefined for none. */
export function earliestTurn(pods: Iterable<Pod>, alsoAt?: string): string | undefined {
  let earliest = alsoAt;
  for (const pod of pods) {
    const turned = podCondition(pod, 'Ready')?.lastTransitionTime;
    if (turned === undefined) continue;
    if (earliest === undefined || (parseTime(turned) ?? 0) < (parseTime(earliest) ?? 0)) earliest = turned;
  }
  return earliest;
}
