/**
 * Cluster addresses and node ports. Each one in use has a key of its own in the store, written in the commit
 * that writes the Service: two writers can never hold the same, whatever view they planned from.
 */
import type { Service, ServicePort } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import { formatIpv4, parseCidr, parseIpv4 } from './cidr.ts';
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

/** Store keys that a Service holds: one per address and per node port and protocol. */
export function allocationKeys(service: Service): string[] {
  const keys: string[] = [];
  for (const ip of service.spec?.clusterIPs ?? [])
    if (ip !== 'None') keys.push(`${allocationPrefix}address/${ip}`);
  for (const port of service.spec?.ports ?? []) {
    if (port.nodePort !== undefined && port.nodePort !== 0) {
      keys.push(`${allocationPrefix}nodeport/${port.protocol ?? 'TCP'}/${port.nodePort}`);
    }
  }
  return keys;
}

/** The Service with an address and node ports where its type wants them and it has none. */
export function allocateService(
  service: Service,
  view: ClusterView,
  settings: NetworkSettings,
  random: () => number,
): Service | StatusProblem {
  const spec = service.spec ?? {};
  if (spec.type === 'ExternalName') return service;
  const used = usedKeys(view, service);
  const address = clusterIp(service, used, settings, random);
  if (typeof address !== 'string') return address;
  const ports =
    spec.type === 'NodePort' || spec.type === 'LoadBalancer'
      ? nodePorts(service, used, settings, random)
      : spec.ports;
  if (ports !== undefined && 'code' in ports) return ports;
  return {
    ...service,
    spec: { ...spec, clusterIP: address, clusterIPs: [address], ...(ports === undefined ? {} : { ports }) },
  };
}

function usedKeys(view: ClusterView, except: Service): Set<string> {
  const used = new Set<string>();
  for (const service of view.list<Service>('v1', 'Service')) {
    const same =
      service.metadata.name === except.metadata.name &&
      service.metadata.namespace === except.metadata.namespace;
    if (!same) for (const key of allocationKeys(service)) used.add(key);
  }
  return used;
}

function clusterIp(
  service: Service,
  used: ReadonlySet<string>,
  settings: NetworkSettings,
  random: () => number,
): string | StatusProblem {
  const wanted = service.spec?.clusterIP ?? '';
  const range = parseCidr(settings.serviceCidr);
  if (wanted === 'None') return wanted;
  if (wanted !== '') {
    const value = parseIpv4(wanted);
    const inRange = value !== undefined && value > range.base && value < range.base + range.size - 1;
    const why = !inRange
      ? `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${settings.serviceCidr}`
      : `failed to allocate IP ${wanted}: provided IP is already allocated`;
    if (inRange && !used.has(`${allocationPrefix}address/${wanted}`)) return wanted;
    return invalid(refOf(service), [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: `Invalid value: ["${wanted}"]: ${why}`,
      },
    ]);
  }
  // The first and the last address of the range are never given out; neither is `.1`, the API's own.
  const free = pick(
    range.size - 3,
    random,
    (offset) => !used.has(`${allocationPrefix}address/${formatIpv4(range.base + 2 + offset)}`),
  );
  if (free !== undefined) return formatIpv4(range.base + 2 + free);
  return {
    code: 500,
    reason: 'InternalError',
    message: `no free address is left in ${settings.serviceCidr}`,
  };
}

function nodePorts(
  service: Service,
  used: ReadonlySet<string>,
  settings: NetworkSettings,
  random: () => number,
): ServicePort[] | StatusProblem {
  const taken = new Set(used);
  const { from, to } = settings.nodePorts;
  const keyOf = (protocol: string, port: number): string => `${allocationPrefix}nodeport/${protocol}/${port}`;
  // What the Service names itself is not drawn for another of its ports.
  const named = new Set(
    (service.spec?.ports ?? []).map((port) => keyOf(port.protocol ?? 'TCP', port.nodePort ?? 0)),
  );
  const ports: ServicePort[] = [];
  for (const [index, port] of (service.spec?.ports ?? []).entries()) {
    const protocol = port.protocol ?? 'TCP';
    const wanted = port.nodePort ?? 0;
    const free =
      wanted === 0
        ? pick(
            to - from + 1,
            random,
            (offset) =>
              !taken.has(keyOf(protocol, from + offset)) && !named.has(keyOf(protocol, from + offset)),
          )
        : wanted - from;
    if (free === undefined)
      return { code: 500, reason: 'InternalError', message: `no free node port is left in ${from}-${to}` };
    const problem =
      wanted < from || wanted > to
        ? `provided port is not in the valid range. The range of valid ports is ${from}-${to}`
        : 'provided port is already allocated';
    if (wanted !== 0 && (wanted < from || wanted > to || taken.has(keyOf(protocol, wanted)))) {
      const field = `spec.ports[${index}].nodePort`;
      return invalid(refOf(service), [
        { reason: 'FieldValueInvalid', field, message: `Invalid value: ${wanted}: ${problem}` },
      ]);
    }
    taken.add(keyOf(protocol, from + free));
    ports.push({ ...port, nodePort: from + free });
  }
  return ports;
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
