/**
 * What one service, or the host ports of pods, put into the maps. A contribution depends on its entry and the pod
 * range alone, so that taking back the old one and adding the new one is all that a change needs.
 */
import type { ServiceEntry, ServiceEntryPort } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { type Ipv4Range, parseIpv4, rangeContains } from './address.ts';
import { stableHash } from '../stable-hash.ts';
import { type Element, elementId, indexMark, type Part, type Protocol, type SetName } from './ruleset.ts';
import { type SharedChainUse, sharedChainName } from './shared-chains.ts';

export interface ContributedElement {
  readonly set: SetName;
  readonly id: string;
  readonly element: Element;
}

export interface Contribution {
  /** No two with the same set and id. */
  readonly elements: readonly ContributedElement[];
  /** Shared chains that its elements lead to. */
  readonly chains: readonly SharedChainUse[];
}

const protocols: Readonly<Record<ServiceEntryPort['protocol'], Protocol>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
};

export function nftProtocol(protocol: ServiceEntryPort['protocol']): Protocol {
  return protocols[protocol];
}

type Endpoint = ServiceEntryPort['endpoints'][number];

/** More endpoints than any service has. */
const firstLastingId = 0x10_0000;
const lastingIdCount = indexMark - firstLastingId;

class ContributionBuilder {
  readonly #elements = new Map<string, ContributedElement>();
  readonly #chains: SharedChainUse[] = [];

  add(set: SetName, element: Element): void {
    const id = elementId(element.key);
    const inAllSets = `${set} ${id}`;
    if (!this.#elements.has(inAllSets)) this.#elements.set(inAllSets, { set, id, element });
  }

  leadTo(use: SharedChainUse): string {
    if (use.endpointCount > 0) this.#chains.push(use);
    return sharedChainName(use);
  }

  done(): Contribution {
    return { elements: [...this.#elements.values()], chains: this.#chains };
  }
}

/** Addresses of IPv6 are left out: the table is for IPv4, as are the ranges of the network entry. */
export function serviceContribution(entry: ServiceEntry, podRange: Ipv4Range): Contribution {
  const builder = new ContributionBuilder();
  const clusterIPs = entry.clusterIPs.filter((ip) => parseIpv4(ip) !== undefined);
  for (const port of entry.ports) {
    const endpoints = port.endpoints.filter(({ ip }) => parseIpv4(ip) !== undefined);
    const target: ServiceTarget = {
      key: [nftProtocol(port.protocol), port.port],
      endpoints,
      affinitySeconds: entry.affinitySeconds,
    };
    for (const clusterIP of clusterIPs)
      addTarget(builder, clusterMaps, { ...target, key: [clusterIP, ...target.key] });
    if (port.nodePort !== undefined)
      addTarget(builder, nodePortMaps, { ...target, key: [nftProtocol(port.protocol), port.nodePort] });
    for (const { ip } of endpoints) addHairpin(builder, ip, podRange);
  }
  return builder.done();
}

/** What packets are sent to, and where they go. */
interface ServiceTarget {
  readonly key: readonly Part[];
  readonly endpoints: readonly Endpoint[];
  readonly affinitySeconds: number | undefined;
}

const clusterMaps = {
  family: 'service',
  verdicts: 'services',
  endpoints: 'endpoints',
  ids: 'endpoint-ids',
} as const;
const nodePortMaps = {
  family: 'node-port',
  verdicts: 'node-ports',
  endpoints: 'node-port-endpoints',
  ids: 'node-port-endpoint-ids',
} as const;

function addTarget(
  builder: ContributionBuilder,
  maps: typeof clusterMaps | typeof nodePortMaps,
  { key, endpoints, affinitySeconds }: ServiceTarget,
): void {
  const use = { family: maps.family, endpointCount: endpoints.length, affinitySeconds };
  builder.add(maps.verdicts, { key, value: { goto: builder.leadTo(use) } });
  const ids = affinitySeconds === undefined ? [] : lastingIds(endpoints);
  for (const [index, endpoint] of endpoints.entries()) {
    const value = [endpoint.ip, endpoint.port];
    builder.add(maps.endpoints, { key: [...key, index], value });
    const id = ids[index];
    if (id === undefined) continue;
    builder.add(maps.endpoints, { key: [...key, id], value });
    builder.add(maps.ids, { key: [...key, index], value: [id] });
  }
}

/** Numbers above all indexes, which an endpoint has whatever others there are; two that collide are told apart. */
function lastingIds(endpoints: readonly Endpoint[]): readonly number[] {
  const taken = new Set<number>();
  return endpoints.map(({ ip, port }) => {
    let id = firstLastingId + (Number.parseInt(stableHash(`${ip}:${port}`), 16) % lastingIdCount);
    while (taken.has(id)) id = id + 1 === indexMark ? firstLastingId : id + 1;
    taken.add(id);
    return id;
  });
}

export function hostPortContribution(hostPort: HostPort, podRange: Ipv4Range): Contribution {
  const builder = new ContributionBuilder();
  const key = [nftProtocol(hostPort.protocol), hostPort.hostPort];
  const value = [hostPort.podIP, hostPort.containerPort];
  if (anyAddress(hostPort)) builder.add('host-ports', { key, value });
  else builder.add('host-address-ports', { key: [hostPort.hostIP ?? '', ...key], value });
  addHairpin(builder, hostPort.podIP, podRange);
  return builder.done();
}

function anyAddress({ hostIP }: HostPort): boolean {
  return hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0';
}

function addHairpin(builder: ContributionBuilder, podIP: string, podRange: Ipv4Range): void {
  if (rangeContains(podRange, podIP)) builder.add('hairpin', { key: [podIP, podIP] });
}
