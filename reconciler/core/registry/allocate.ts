/**
 * Cluster addresses and node ports. Each one in use has a key of its own in the store, written in the commit
 * that writes the Service: two writers can never hold the same, whatever view they planned from.
 */
import type { Service, ServicePort, ServiceSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import { cidrOf, formatIpv4, type Ipv4Range } from './cidr.ts';
import { addressesKept, isIn, serviceRanges } from './service-ranges.ts';
import { familyProblem, withFamilies } from './service-families.ts';
import { invalid, type StatusProblem } from './status-error.ts';

/** The cluster's address plan. */
export interface NetworkSettings {
  /** All pods' range. */
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Inclusive, as kube-apiserver's --service-node-port-range. */
  readonly nodePorts: { readonly from: number; readonly to: number };
}

export const networkDefaults: NetworkSettings = {
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  nodePorts: { from: 30_000, to: 32_767 },
};

const allocationPrefix = '/allocations/';

const addressKey = (ip: string): string => `${allocationPrefix}address/${ip}`;
const nodePortKey = (protocol: string, port: number): string =>
  `${allocationPrefix}nodeport/${protocol}/${port}`;

/** Store keys that a Service holds: one per address and per node port and protocol. */
export function allocationKeys(service: Service): string[] {
  const { clusterIPs, ports, healthCheckNodePort: check = 0 } = service.spec ?? {};
  const keys = (clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '').map(addressKey);
  for (const port of ports ?? []) {
    if ((port.nodePort ?? 0) !== 0) keys.push(nodePortKey(port.protocol ?? 'TCP', port.nodePort ?? 0));
  }
  if (check !== 0) keys.push(nodePortKey('TCP', check));
  return keys;
}

/** Whether a type of service is reached by ports of nodes. */
export function needsNodePorts(spec: ServiceSpec): boolean {
  return (
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  );
}

/** Whether a balancer outside asks nodes if they have endpoints of the service. */
export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

/**
 * The Service with families, an address and node ports where its type wants them and it has none. What it names itself
 * is taken if it is free; a problem says what is not.
 */
export function allocateService(
  service: Service,
  view: ClusterView,
  settings: NetworkSettings,
  random: () => number,
): Service | StatusProblem {
  if (service.spec?.type === 'ExternalName') return service;
  const problem = familyProblem(service);
  if (problem !== undefined) return problem;
  const spec = withFamilies(service.spec ?? {});
  const used = usedKeys(view, service);
  const address = clusterIp(service, used, serviceRanges(view, settings.serviceCidr), random);
  if (typeof address !== 'string') return address;
  const ports = nodePorts(service, needsNodePorts(spec), used, settings, random);
  if (ports !== undefined && 'code' in ports) return ports;
  const addressed = { ...spec, clusterIP: address, clusterIPs: [address] };
  const ported = ports === undefined ? addressed : { ...addressed, ports };
  if (!needsHealthCheckPort(spec)) return { ...service, spec: ported };
  const check = healthCheckPort({ ...service, spec: ported }, used, settings, random);
  if (typeof check !== 'number') return check;
  return { ...service, spec: { ...ported, healthCheckNodePort: check } };
}

function usedKeys(view: ClusterView, except: Service): Set<string> {
  const used = new Set<string>();
  for (const service of view.list<Service>('v1', 'Service')) {
    const same =
      service.metadata.name === except.metadata.name &&
      service.metadata.namespace === except.metadata.namespace;
    if (!same) for (const key of allocationKeys(service)) used.add(key);
  }
  for (const ip of addressesKept(view)) used.add(addressKey(ip));
  return used;
}

function clusterIp(
  service: Service,
  used: ReadonlySet<string>,
  ranges: readonly Ipv4Range[],
  random: () => number,
): string | StatusProblem {
  const wanted = service.spec?.clusterIP ?? '';
  if (wanted === 'None') return wanted;
  const cidrs = ranges.map(cidrOf).join(', ');
  if (wanted !== '') {
    const inRange = ranges.some((range) => isIn(wanted, range));
    const why = !inRange
      ? `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${cidrs}`
      : `failed to allocate IP ${wanted}: provided IP is already allocated`;
    if (inRange && !used.has(addressKey(wanted))) return wanted;
    return invalid(refOf(service), [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: `Invalid value: ["${wanted}"]: ${why}`,
      },
    ]);
  }
  for (const { base, size } of ranges) {
    // The first and the last address of the range are never given out; neither is `.1`, the API's own.
    const free = pick(
      Math.max(0, size - 3),
      random,
      (offset) => !used.has(addressKey(formatIpv4(base + 2 + offset))),
    );
    if (free !== undefined) return formatIpv4(base + 2 + free);
  }
  return { code: 500, reason: 'InternalError', message: `no free address is left in ${cidrs}` };
}

/**
 * The ports with a node port each. A port that is there twice, by TCP and by UDP, has the same one for both. Without
 * `all` only those that the Service names itself are taken.
 */
function nodePorts(
  service: Service,
  all: boolean,
  used: ReadonlySet<string>,
  settings: NetworkSettings,
  random: () => number,
): readonly ServicePort[] | undefined | StatusProblem {
  const given = service.spec?.ports;
  if (given === undefined) return undefined;
  const taken = new Set(used);
  // What the Service names itself is not drawn for another of its ports.
  const named = new Map(given.map((port) => [port.port, port.nodePort ?? 0]));
  for (const port of given) if ((port.nodePort ?? 0) !== 0) named.set(port.port, port.nodePort ?? 0);
  const own = new Set(given.map((port) => port.nodePort ?? 0));
  const ports: ServicePort[] = [];
  for (const [index, port] of given.entries()) {
    const protocol = port.protocol ?? 'TCP';
    const sibling = named.get(port.port) ?? 0;
    const free = sibling !== 0 && !taken.has(nodePortKey(protocol, sibling)) ? sibling : 0;
    const wanted = (port.nodePort ?? 0) === 0 ? (all ? free : 0) : (port.nodePort ?? 0);
    if (wanted === 0 && !all) {
      ports.push(port);
      continue;
    }
    const chosen =
      wanted === 0
        ? freeNodePort(settings, random, (one) => !taken.has(nodePortKey(protocol, one)) && !own.has(one))
        : wanted;
    if (chosen === undefined) return noNodePort(settings);
    const wrong = wanted === 0 ? undefined : portProblem(wanted, protocol, taken, settings);
    if (wrong !== undefined) {
      const field = `spec.ports[${index}].nodePort`;
      return invalid(refOf(service), [
        { reason: 'FieldValueInvalid', field, message: `Invalid value: ${wanted}: ${wrong}` },
      ]);
    }
    taken.add(nodePortKey(protocol, chosen));
    named.set(port.port, chosen);
    ports.push({ ...port, nodePort: chosen });
  }
  return ports;
}

function healthCheckPort(
  service: Service,
  used: ReadonlySet<string>,
  settings: NetworkSettings,
  random: () => number,
): number | StatusProblem {
  const wanted = service.spec?.healthCheckNodePort ?? 0;
  const { healthCheckNodePort: _, ...spec } = service.spec ?? {};
  const taken = new Set([...used, ...allocationKeys({ ...service, spec })]);
  if (wanted === 0) {
    const free = freeNodePort(settings, random, (one) => !taken.has(nodePortKey('TCP', one)));
    return free ?? noNodePort(settings);
  }
  const wrong = portProblem(wanted, 'TCP', taken, settings);
  if (wrong === undefined) return wanted;
  const message = `failed to allocate requested HealthCheck NodePort ${wanted}: ${wrong}`;
  return { code: 500, reason: 'InternalError', message };
}

/** What is wrong with a node port that the Service names, in the words of Kubernetes' allocator. */
function portProblem(
  wanted: number,
  protocol: string,
  taken: ReadonlySet<string>,
  { nodePorts: { from, to } }: NetworkSettings,
): string | undefined {
  if (wanted < from || wanted > to)
    return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
  return taken.has(nodePortKey(protocol, wanted)) ? 'provided port is already allocated' : undefined;
}

function freeNodePort(
  { nodePorts: { from, to } }: NetworkSettings,
  random: () => number,
  isFree: (port: number) => boolean,
): number | undefined {
  const offset = pick(to - from + 1, random, (one) => isFree(from + one));
  return offset === undefined ? undefined : from + offset;
}

function noNodePort({ nodePorts: { from, to } }: NetworkSettings): StatusProblem {
  return { code: 500, reason: 'InternalError', message: `no free node port is left in ${from}-${to}` };
}

/** A random index below `size` that is free; scans on from a random start, so that it always ends. */
function pick(size: number, random: () => number, isFree: (offset: number) => boolean): number | undefined {
  const start = Math.floor(random() * size);
  for (let step = 0; step < size; step++) {
    const offset = (start + step) % size;
    if (isFree(offset)) return offset;
  }
  return undefined;
}
