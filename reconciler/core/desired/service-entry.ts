/** A Service and its EndpointSlices as the rules that every host keeps for it. */
import type { Service, ServicePort, ServiceSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { ServiceEntry, ServiceEntryPort } from '../../../schemas/wire/messages.ts';
import { serviceNameLabel } from '../controllers/endpointslice/slices.ts';
import type { ClusterView } from '../model/view.ts';

/** Kubernetes' default: three hours. */
const affinityDefaultSeconds = 10_800;

/** EndpointSlices by `NAMESPACE/NAME` of their Service. */
export type SlicesByService = ReadonlyMap<string, readonly EndpointSlice[]>;

/** All slices, looked up once where every service is asked for. */
export function slicesByService(view: ClusterView): SlicesByService {
  const slices = view.list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice');
  return Map.groupBy(slices, (slice) => {
    return `${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[serviceNameLabel] ?? ''}`;
  });
}

function slicesOf(view: ClusterView, namespace: string, name: string): readonly EndpointSlice[] {
  return view
    .list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', namespace)
    .filter((slice) => slice.metadata.labels?.[serviceNameLabel] === name);
}

/** Undefined for services that need no rules: headless and external ones. */
export function serviceEntry(
  view: ClusterView,
  namespace: string,
  name: string,
  slices?: SlicesByService,
): ServiceEntry | undefined {
  const service = view.get<Service>('v1', 'Service', namespace, name);
  const clusterIPs = (service?.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
  if (service?.spec === undefined || service.spec.type === 'ExternalName' || clusterIPs.length === 0)
    return undefined;
  const known =
    slices === undefined ? slicesOf(view, namespace, name) : (slices.get(`${namespace}/${name}`) ?? []);
  const own = known.filter((slice) => slice.addressType === 'IPv4');
  const ports = (service.spec.ports ?? []).map((port) => servicePort(port, own));
  const affinity = affinitySecondsOf(service.spec);
  return {
    key: `service/${namespace}/${name}`,
    type: 'service',
    clusterIPs,
    ...(affinity === undefined ? {} : { affinitySeconds: affinity }),
    ports,
  };
}

function affinitySecondsOf({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): number | undefined {
  if (sessionAffinity !== 'ClientIP') return undefined;
  return sessionAffinityConfig?.clientIP?.timeoutSeconds ?? affinityDefaultSeconds;
}

function servicePort(port: ServicePort, slices: readonly EndpointSlice[]): ServiceEntryPort {
  const protocol = port.protocol === 'UDP' || port.protocol === 'SCTP' ? port.protocol : 'TCP';
  const all = slices.flatMap((slice) => {
    const target = (slice.ports ?? []).find(
      (one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === protocol,
    );
    if (target?.port === undefined) return [];
    const number = target.port;
    return (slice.endpoints ?? []).map((endpoint) => ({
      endpoint,
      ip: endpoint.addresses[0] ?? '',
      port: number,
    }));
  });
  const ready = all.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  // As kube-proxy: with nothing ready, those that still serve while they terminate are better than a refusal.
  const serving = all.filter(
    ({ endpoint }) => endpoint.conditions?.serving === true && endpoint.conditions.terminating === true,
  );
  const chosen = ready.length > 0 ? ready : serving;
  // Two slices may name one address: while a slice's endpoints move to another, and where people write slices.
  const distinct = new Map(chosen.map(({ ip, port: number }) => [`${ip} ${number}`, { ip, port: number }]));
  const endpoints = [...distinct.values()].sort((a, b) =>
    a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port,
  );
  const nodePort = port.nodePort ?? 0;
  return {
    name: port.name ?? '',
    protocol,
    port: port.port,
    ...(nodePort === 0 ? {} : { nodePort }),
    endpoints,
  };
}
