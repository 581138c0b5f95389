/**
 * What one service, or the host ports of pods, put into the maps. A contribution depends on its entry and the pod
 * range alone, so that taking back the old one and adding the new one is all that a change needs.
 */
import type { ServiceEntry, ServiceEntryPort } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { type Ipv4Range, parseIpv4, rangeContains } from './address.ts';
import { type SharedChainFamily, sharedChainName } from './layout.ts';
import { type Element, elementId, type Protocol, type SetName } from './ruleset.ts';

export interface ContributedElement {
  readonly set: SetName;
  readonly id: string;
  readonly element: Element;
}

/** A shared chain that the contribution's elements lead to. */
export interface SharedChainUse {
  readonly family: SharedChainFamily;
  readonly endpointCount: number;
}

export interface Contribution {
  /** No two with the same set and id. */
  readonly elements: readonly ContributedElement[];
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

class ContributionBuilder {
  readonly #elements = new Map<string, ContributedElement>();
  readonly #chains: SharedChainUse[] = [];

  add(set: SetName, element: Element): void {
    const id = elementId(element.key);
    const inAllSets = `${set} ${id}`;
    if (!this.#elements.has(inAllSets)) this.#elements.set(inAllSets, { set, id, element });
  }

  leadTo(family: SharedChainFamily, endpointCount: number): string {
    if (endpointCount > 0) this.#chains.push({ family, endpointCount });
    return sharedChainName(family, endpointCount);
  }

  done(): Contribution {
    return { elements: [...this.#elements.values()], chains: this.#chains };
  }
}

/** Addresses of IPv6 are left out: the table is for IPv4, as are the ranges of the network entry. */
export function serviceContribution(entry: ServiceEntry, podRange: Ipv4Range): Contribution {
  const builder = new ContributionBuilder();
  for (const port of entry.ports) {
    const endpoints = port.endpoints.filter(({ ip }) => parseIpv4(ip) !== undefined);
    addClusterPort(
      builder,
      entry.clusterIPs.filter((ip) => parseIpv4(ip) !== undefined),
      port,
      endpoints,
    );
    if (port.nodePort !== undefined)
      addNodePort(builder, port.nodePort, nftProtocol(port.protocol), endpoints);
    for (const { ip } of endpoints) addHairpin(builder, ip, podRange);
  }
  return builder.done();
}

function addClusterPort(
  builder: ContributionBuilder,
  clusterIPs: readonly string[],
  { protocol, port }: ServiceEntryPort,
  endpoints: readonly Endpoint[],
): void {
  for (const clusterIP of clusterIPs) {
    const key = [clusterIP, nftProtocol(protocol), port];
    builder.add('services', { key, value: { goto: builder.leadTo('service', endpoints.length) } });
    for (const [index, endpoint] of endpoints.entries()) {
      builder.add('endpoints', { key: [...key, index], value: [endpoint.ip, endpoint.port] });
    }
  }
}

function addNodePort(
  builder: ContributionBuilder,
  nodePort: number,
  protocol: Protocol,
  endpoints: readonly Endpoint[],
): void {
  const key = [protocol, nodePort];
  builder.add('node-ports', { key, value: { goto: builder.leadTo('node-port', endpoints.length) } });
  for (const [index, endpoint] of endpoints.entries()) {
    builder.add('node-port-endpoints', { key: [...key, index], value: [endpoint.ip, endpoint.port] });
  }
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
