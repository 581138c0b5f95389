/** Columns of services and what leads to them. */
import type {
  Endpoints,
  LoadBalancerIngress,
  Service,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type {
  Ingress,
  IngressClass,
  IPAddress,
  NetworkPolicy,
  ServiceCIDR,
} from '../../../../schemas/kubernetes/types/networking-v1.ts';
import { ageColumn, type ColumnTable, columnTable, nameColumn, text, wide } from '../column.ts';
import { cutList, labelsText, none, selectorOrNone, unknown, unset } from '../texts.ts';

/** As many endpoints, ports or hosts as are shown before `+ N more...`. */
const shownMax = 3;

const services = columnTable<Service>([
  nameColumn,
  text('Type', 'How the service is reached.', ({ spec }) => spec?.type ?? ''),
  text(
    'Cluster-IP',
    'Address inside the cluster.',
    ({ spec }) => spec?.clusterIPs?.[0] || spec?.clusterIP || none,
  ),
  text('External-IP', 'Addresses outside the cluster.', externalAddress),
  text(
    'Port(s)',
    'Ports, and node ports behind them.',
    ({ spec }) =>
      (spec?.ports ?? [])
        .map(({ port, nodePort, protocol }) =>
          nodePort === undefined || nodePort === 0
            ? `${port}/${protocol ?? 'TCP'}`
            : `${port}:${nodePort}/${protocol ?? 'TCP'}`,
        )
        .join(',') || none,
  ),
  ageColumn,
  wide('Selector', 'Labels of the pods that serve it.', ({ spec }) => labelsText(spec?.selector)),
]);

const endpoints = columnTable<Endpoints>([
  nameColumn,
  text('Endpoints', 'Addresses and ports that are ready.', endpointsText),
  ageColumn,
]);

const endpointSlices = columnTable<EndpointSlice>([
  nameColumn,
  text('AddressType', 'Family of the addresses.', ({ addressType }) => addressType),
  text('Ports', 'Ports of the endpoints.', ({ ports }) =>
    cutOrUnset((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'))),
  ),
  text('Endpoints', 'Addresses of the endpoints.', ({ endpoints: list }) =>
    cutOrUnset((list ?? []).flatMap(({ addresses }) => addresses)),
  ),
  ageColumn,
]);

const ingresses = columnTable<Ingress>([
  nameColumn,
  text('Class', 'Name of the class that serves it.', ({ spec }) => spec?.ingressClassName ?? none),
  text('Hosts', 'Hosts that its rules are for.', ({ spec }) => {
    const rules = spec?.rules ?? [];
    const hosts = rules.map(({ host }) => host ?? '').filter((host) => host !== '');
    if (hosts.length === 0) return '*';
    const more = hosts.length >= shownMax && rules.length > shownMax;
    return more
      ? `${hosts.slice(0, shownMax).join(',')} + ${rules.length - shownMax} more...`
      : hosts.join(',');
  }),
  text('Address', 'Addresses of its load balancer.', ({ status }) =>
    balancerText(status?.loadBalancer?.ingress),
  ),
  text('Ports', 'Ports that it is served on.', ({ spec }) =>
    (spec?.tls ?? []).length > 0 ? '80, 443' : '80',
  ),
  ageColumn,
]);

const ingressClasses = columnTable<IngressClass>([
  nameColumn,
  text('Controller', 'Who serves ingresses of the class.', ({ spec }) => spec?.controller ?? ''),
  text('Parameters', 'Object with more settings.', ({ spec }) => {
    const parameters = spec?.parameters;
    if (parameters === undefined) return none;
    const { kind, apiGroup, name } = parameters;
    return apiGroup === undefined ? `${kind}/${name}` : `${kind}.${apiGroup}/${name}`;
  }),
  ageColumn,
]);

const networkPolicies = columnTable<NetworkPolicy>([
  nameColumn,
  text('Pod-Selector', 'Pods that the policy is for.', ({ spec }) => selectorOrNone(spec?.podSelector)),
  ageColumn,
]);

const serviceCidrs = columnTable<ServiceCIDR>([
  nameColumn,
  text('CIDRs', 'Ranges that addresses of services come from.', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn,
]);

const ipAddresses = columnTable<IPAddress>([
  nameColumn,
  text('ParentRef', 'What the address belongs to.', ({ spec }) => {
    const parent = spec?.parentRef;
    if (parent === undefined) return none;
    const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
    const parts = [resource.toLowerCase(), parent.namespace, parent.name];
    return parts.filter((part) => part !== undefined && part !== '').join('/');
  }),
]);

export const networkColumns: Readonly<Record<string, ColumnTable>> = {
  '/Endpoints': endpoints,
  '/Service': services,
  'discovery.k8s.io/EndpointSlice': endpointSlices,
  'networking.k8s.io/Ingress': ingresses,
  'networking.k8s.io/IngressClass': ingressClasses,
  'networking.k8s.io/IPAddress': ipAddresses,
  'networking.k8s.io/NetworkPolicy': networkPolicies,
  'networking.k8s.io/ServiceCIDR': serviceCidrs,
};

function externalAddress({ spec, status }: Service): string {
  const given = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return given.join(',') || none;
    case 'LoadBalancer': {
      const balancer = balancerText(status?.loadBalancer?.ingress);
      return [balancer, ...given].filter((address) => address !== '').join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return unknown;
  }
}

/** Addresses of a load balancer, each once, sorted. */
function balancerText(ingress: readonly Pick<LoadBalancerIngress, 'ip' | 'hostname'>[] | undefined): string {
  const addresses = (ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return [...new Set(addresses.filter((address) => address !== ''))].sort().join(',');
}

/** Every ready address with every port; without ports the addresses alone. */
function endpointsText({ subsets }: Endpoints): string {
  if (subsets === undefined || subsets.length === 0) return none;
  const list = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) =>
          addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`),
        ),
  );
  return cutList(list, shownMax);
}

function cutOrUnset(items: readonly string[]): string {
  return cutList(items, shownMax) || unset;
}
