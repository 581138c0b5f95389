/** What a Service's pods offer: an endpoint per pod and address family, grouped by the ports that they share. */
import type { Node, Pod, Service, ServicePort } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointPort } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { sameJson } from '../../model/json.ts';
import { isPodDeleted, isPodReady, isPodTerminal } from '../../model/pod-status.ts';
import type { ClusterView } from '../../model/view.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that share address type and ports, and so may share a slice. Sorted by address. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** Whether a change of a pod can change any endpoint. Cheap: most changes of pods do not. */
export function endpointsAffected(before: Pod | undefined, after: Pod | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return !sameJson(endpointFacts(before), endpointFacts(after));
}

function endpointFacts(pod: Pod): unknown {
  return [
    pod.metadata.labels,
    pod.metadata.uid,
    isPodDeleted(pod),
    isPodTerminal(pod),
    isPodReady(pod),
    pod.status?.podIPs ?? pod.status?.podIP,
    pod.spec?.nodeName,
    pod.spec?.hostname,
    pod.spec?.subdomain,
  ];
}

/** Never empty: a Service without pods has one group without endpoints for each of its address families. */
export function endpointsOf(
  service: Service,
  pods: readonly Pod[],
  view: ClusterView,
): readonly EndpointGroup[] {
  return addressTypes(service).flatMap((addressType) => {
    const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
    for (const pod of pods) {
      const address = addressOf(pod, addressType);
      if (address === undefined || isPodTerminal(pod)) continue;
      const ports = portsOn(service, pod);
      const key = canonicalJson(ports);
      const group = groups.get(key) ?? { ports, endpoints: [] };
      group.endpoints.push(endpoint(service, pod, address, view));
      groups.set(key, group);
    }
    if (groups.size === 0) return [{ addressType, ports: portsWithoutPods(service), endpoints: [] }];
    const sorted = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
    return sorted.map(([, { ports, endpoints }]) => ({
      addressType,
      ports,
      endpoints: endpoints.sort(byAddress),
    }));
  });
}

function byAddress(left: Endpoint, right: Endpoint): number {
  const [a, b] = [left, right].map((one) => `${one.addresses[0] ?? ''} ${one.targetRef?.uid ?? ''}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

function addressTypes(service: Service): readonly AddressType[] {
  const families = (service.spec?.ipFamilies ?? []).filter(
    (family): family is AddressType => family === 'IPv4' || family === 'IPv6',
  );
  return families.length === 0 ? ['IPv4'] : families;
}

function addressOf(pod: Pod, addressType: AddressType): string | undefined {
  const { podIPs, podIP } = pod.status ?? {};
  const addresses = podIPs?.map(({ ip }) => ip) ?? (podIP === undefined ? [] : [podIP]);
  return addresses.find((ip) => ip !== '' && ip.includes(':') === (addressType === 'IPv6'));
}

function endpoint(service: Service, pod: Pod, address: string, view: ClusterView): Endpoint {
  const serving = isPodReady(pod);
  const terminating = isPodDeleted(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname, subdomain } = pod.spec ?? {};
  const zone = nodeName === undefined ? undefined : zoneOf(nodeName, view);
  const named = hostname !== undefined && hostname !== '' && subdomain === service.metadata.name;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(named ? { hostname } : {}),
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

function zoneOf(nodeName: string, view: ClusterView): string | undefined {
  return view.get<Node>('v1', 'Node', '', nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
}

/** The Service's ports as this pod serves them; a named port that it does not have is left out. */
function portsOn(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    return number === undefined ? [] : [endpointPort(port, number)];
  });
}

function portsWithoutPods(service: Service): readonly EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const target = port.targetPort ?? port.port;
    return typeof target === 'number' ? [endpointPort(port, target === 0 ? port.port : target)] : [];
  });
}

function endpointPort(port: ServicePort, number: number): EndpointPort {
  return {
    name: port.name ?? '',
    port: number,
    protocol: port.protocol ?? 'TCP',
    ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
  };
}

function targetPort(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(
    (container) => container.restartPolicy === 'Always',
  );
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const offered of container.ports ?? []) {
      if (offered.name === target && (offered.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
        return offered.containerPort;
    }
  }
  return undefined;
}
