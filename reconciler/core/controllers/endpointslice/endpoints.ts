/** What a Service's pods offer: an endpoint per pod and address family, grouped by the ports that they share. */
import type { Node, Pod, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointPort } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { isPodDeleted, isPodReady, isPodTerminal } from '../../model/pod-status.ts';
import type { ClusterView } from '../../model/view.ts';
import { addressOf, hostnameOf } from '../service-pods.ts';
import { sameForAll, targetPorts } from '../service-ports.ts';
import { hintsOf } from './hints.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that share address type and ports, and so may share a slice. Sorted by address. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

interface OpenGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

/** Never empty: a Service without pods has one group without ports and endpoints for each of its address families. */
export function endpointsOf(
  service: Service,
  pods: readonly Pod[],
  view: ClusterView,
): readonly EndpointGroup[] {
  const alike = sameForAll(service);
  const zones = new Map<string, string | undefined>();
  const zoneOf = (nodeName: string): string | undefined => {
    if (!zones.has(nodeName)) zones.set(nodeName, zoneOfNode(nodeName, view));
    return zones.get(nodeName);
  };
  return addressTypes(service).flatMap((addressType) => {
    const groups = new Map<string, OpenGroup>();
    const { publishNotReadyAddresses = false, trafficDistribution = '' } = service.spec ?? {};
    const flavour = [
      addressType,
      publishNotReadyAddresses,
      trafficDistribution,
      service.metadata.name,
    ].join();
    for (const pod of pods) {
      const address = addressOf(pod, addressType);
      if (address === undefined || isPodTerminal(pod)) continue;
      const only = alike ? groups.get('') : undefined;
      const group = only ?? groupOf(groups, alike ? '' : undefined, targetPorts(service, pod));
      group.endpoints.push(endpoint(service, pod, address, flavour, zoneOf));
    }
    if (groups.size === 0) return [{ addressType, ports: [], endpoints: [] }];
    const sorted = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
    return sorted.map(([, { ports, endpoints }]) => ({
      addressType,
      ports,
      endpoints: endpoints.sort(byAddress),
    }));
  });
}

/** The group of these ports; `known` is its key where that needs no working out. */
function groupOf(
  groups: Map<string, OpenGroup>,
  known: string | undefined,
  found: readonly (EndpointPort | undefined)[],
): OpenGroup {
  const key = known ?? found.map((port) => port?.port ?? '-').join();
  const group = groups.get(key) ?? { ports: found.filter((port) => port !== undefined), endpoints: [] };
  groups.set(key, group);
  return group;
}

function byAddress(left: Endpoint, right: Endpoint): number {
  const [a = '', b = ''] = [left.addresses[0], right.addresses[0]];
  if (a !== b) return a < b ? -1 : 1;
  return (left.targetRef?.uid ?? '') < (right.targetRef?.uid ?? '') ? -1 : 1;
}

function addressTypes(service: Service): readonly AddressType[] {
  const families = (service.spec?.ipFamilies ?? []).filter(
    (family): family is AddressType => family === 'IPv4' || family === 'IPv6',
  );
  return families.length === 0 ? ['IPv4'] : families;
}

/** Endpoints by what they are made of besides the pod: as long as a pod stays the same, so does its endpoint. */
const made = new WeakMap<Pod, Map<string, Endpoint>>();

/** `flavour` names everything of the Service that the endpoint depends on. */
function endpoint(
  service: Service,
  pod: Pod,
  address: string,
  flavour: string,
  zoneOf: (nodeName: string) => string | undefined,
): Endpoint {
  const nodeName = pod.spec?.nodeName;
  const zone = nodeName === undefined ? undefined : zoneOf(nodeName);
  const key = zone === undefined ? flavour : `${flavour} ${zone}`;
  const ofPod = made.get(pod) ?? new Map<string, Endpoint>();
  const known = ofPod.get(key);
  if (known !== undefined) return known;
  const fresh = newEndpoint(service, pod, address, zone);
  made.set(pod, ofPod.set(key, fresh));
  return fresh;
}

function newEndpoint(service: Service, pod: Pod, address: string, zone: string | undefined): Endpoint {
  const serving = isPodReady(pod);
  const terminating = isPodDeleted(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const nodeName = pod.spec?.nodeName;
  const hostname = hostnameOf(pod, service);
  const hints = ready ? hintsOf(service, nodeName, zone) : undefined;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hints === undefined ? {} : { hints }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name ?? '',
      uid: pod.metadata.uid ?? '',
    },
    ...(zone === undefined ? {} : { zone }),
  };
}

function zoneOfNode(nodeName: string, view: ClusterView): string | undefined {
  return view.get<Node>('v1', 'Node', '', nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
}
