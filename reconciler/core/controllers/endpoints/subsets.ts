/** The pods of a Service as the subsets of its Endpoints: addresses that have the same ports stand together. */
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Pod,
  Service,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodDeleted, isPodReady, isPodTerminal } from '../../model/pod-status.ts';
import { addressOf, hostnameOf } from '../service-pods.ts';
import { sameForAll, targetPorts } from '../service-ports.ts';

/** Kubernetes' bound on the addresses of one Endpoints object. */
export const addressesMax = 1000;

interface OpenSubset {
  readonly ports: readonly EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Sorted throughout: the same pods give the same subsets. */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const family = service.spec?.ipFamilies?.[0] ?? 'IPv4';
  const unready = service.spec?.publishNotReadyAddresses === true;
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0 && service.spec?.clusterIP !== 'None') return [];
  const alike = sameForAll(service);
  const subsets = new Map<string, OpenSubset>();
  for (const pod of pods) {
    const ip = addressOf(pod, family);
    if (ip === undefined || isPodTerminal(pod) || (isPodDeleted(pod) && !unready)) continue;
    const subset = (alike ? subsets.get('') : undefined) ?? subsetFor(service, pod, alike, subsets);
    if (subset === undefined) continue;
    const address = addressFor(pod, ip, service);
    (unready || isPodReady(pod) ? subset.ready : subset.notReady).push(address);
  }
  const sorted = [...subsets].sort(([left], [right]) => (left < right ? -1 : 1));
  return sorted.map(([, subset]) => closed(subset));
}

/** The subset of the pod's ports; undefined for a pod that has none of the Service's. */
function subsetFor(
  service: Service,
  pod: Pod,
  alike: boolean,
  subsets: Map<string, OpenSubset>,
): OpenSubset | undefined {
  const found = targetPorts(service, pod);
  const ports = found.filter((port) => port !== undefined).map(withoutEmptyName);
  if (ports.length === 0 && found.length > 0) return undefined;
  const key = alike ? '' : found.map((port) => port?.port ?? '-').join();
  const subset = subsets.get(key) ?? { ports, ready: [], notReady: [] };
  subsets.set(key, subset);
  return subset;
}

function withoutEmptyName(port: EndpointPort): EndpointPort {
  const { name = '', ...rest } = port;
  return name === '' ? rest : { name, ...rest };
}

/** Addresses of pods that ask for no name: as long as a pod stays the same, so does its address. */
const plain = new WeakMap<Pod, EndpointAddress>();

function addressFor(pod: Pod, ip: string, service: Service): EndpointAddress {
  const hostname = hostnameOf(pod, service);
  const known = hostname === undefined ? plain.get(pod) : undefined;
  if (known?.ip === ip) return known;
  const address = newAddress(pod, ip, hostname);
  if (hostname === undefined) plain.set(pod, address);
  return address;
}

function newAddress(pod: Pod, ip: string, hostname: string | undefined): EndpointAddress {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const nodeName = pod.spec?.nodeName;
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ip,
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function closed({ ports, ready, notReady }: OpenSubset): EndpointSubset {
  return {
    ...(ready.length === 0 ? {} : { addresses: ready.sort(byAddress) }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.sort(byAddress) }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function byAddress(left: EndpointAddress, right: EndpointAddress): number {
  if (left.ip !== right.ip) return left.ip < right.ip ? -1 : 1;
  return (left.targetRef?.uid ?? '') < (right.targetRef?.uid ?? '') ? -1 : 1;
}

export interface Truncated {
  readonly subsets: readonly EndpointSubset[];
  readonly overCapacity: boolean;
}

/** At most `addressesMax` addresses: each subset keeps its share, and of it those that are ready first. */
export function truncated(subsets: readonly EndpointSubset[]): Truncated {
  const sizes = subsets.map(
    ({ addresses = [], notReadyAddresses = [] }) => addresses.length + notReadyAddresses.length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= addressesMax) return { subsets, overCapacity: false };
  const readyTotal = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const ready = (count: number): number =>
    readyTotal <= addressesMax ? count : Math.floor((count * addressesMax) / readyTotal);
  const left = Math.max(0, addressesMax - readyTotal);
  const notReady = (count: number): number => Math.floor((count * left) / Math.max(1, total - readyTotal));
  const cut = subsets
    .map(({ addresses = [], notReadyAddresses = [], ports }) => {
      const kept = addresses.slice(0, ready(addresses.length));
      const keptNotReady = notReadyAddresses.slice(0, notReady(notReadyAddresses.length));
      return {
        ...(kept.length === 0 ? {} : { addresses: kept }),
        ...(keptNotReady.length === 0 ? {} : { notReadyAddresses: keptNotReady }),
        ...(ports === undefined ? {} : { ports }),
      };
    })
    .filter(({ addresses, notReadyAddresses }) => addresses !== undefined || notReadyAddresses !== undefined);
  return { subsets: cut, overCapacity: true };
}
