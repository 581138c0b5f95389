/**
 * Connections that the kernel still remembers and that rules no longer decide about. TCP ends and starts anew by
 * itself; a UDP flow would go to an endpoint that is gone for as long as the client keeps sending.
 */
import type { ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import { parseIpv4 } from './address.ts';
import { compareText } from './compare-text.ts';
import type { Compiled } from './compile.ts';

/** Entries of the connection table to forget; all of UDP. */
export interface StaleFlow {
  /** Where the client sends to; absent: any address of the host. */
  readonly destination?: string;
  readonly destinationPort: number;
  /** Where it was sent on to; absent: nowhere, the host itself got it. */
  readonly endpoint?: Endpoint;
}

interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** Sorted, each once. `previous` undefined: what there was is unknown, and nothing is forgotten. */
export function staleFlows(previous: Compiled | undefined, next: Compiled): readonly StaleFlow[] {
  if (previous === undefined) return [];
  const flows = new Map<string, StaleFlow>();
  const compare = (before: Targets, after: Targets): void => {
    for (const flow of staleTargets(before, after)) flows.set(renderStaleFlow(flow), flow);
  };
  for (const { before, after } of previous.services.changesTo(next.services)) {
    compare(serviceTargets(before), serviceTargets(after));
  }
  compare(hostPortTargets(previous.hostPorts), hostPortTargets(next.hostPorts));
  return [...flows].sort(([a], [b]) => compareText(a, b)).map(([, flow]) => flow);
}

/** A line for `conntrack -R -`. */
export function renderStaleFlow({ destination, destinationPort, endpoint }: StaleFlow): string {
  const to = destination === undefined ? '' : ` --orig-dst ${destination}`;
  const sentOn = endpoint === undefined ? '' : ` --dst-nat ${endpoint.ip}`;
  // An entry that was sent nowhere else answers from the port that it was sent to.
  const answersFrom = endpoint?.port ?? destinationPort;
  return `-D -p udp${to} --orig-port-dst ${destinationPort}${sentOn} --reply-port-src ${answersFrom}`;
}

/** One UDP port that rules redirect, and where to. */
interface Target {
  /** Absent: a port of the host, which the host itself may have answered before there were rules for it. */
  readonly destination?: string;
  readonly destinationPort: number;
  readonly endpoints: readonly Endpoint[];
}

type Targets = ReadonlyMap<string, Target>;

function staleTargets(before: Targets, after: Targets): readonly StaleFlow[] {
  const stale: StaleFlow[] = [];
  for (const [key, { endpoints, ...target }] of before) {
    const kept = new Set(after.get(key)?.endpoints.map(endpointText));
    for (const endpoint of endpoints)
      if (!kept.has(endpointText(endpoint))) stale.push({ ...target, endpoint });
  }
  for (const [key, { destination, destinationPort }] of after) {
    if (destination === undefined && !before.has(key)) stale.push({ destinationPort });
  }
  return stale;
}

function endpointText({ ip, port }: Endpoint): string {
  return `${ip}:${port}`;
}

function serviceTargets(entry: ServiceEntry | undefined): Targets {
  const targets = new Map<string, Target>();
  for (const { protocol, port, nodePort, endpoints: all } of entry?.ports ?? []) {
    if (protocol !== 'UDP') continue;
    const endpoints = all.filter(({ ip }) => parseIpv4(ip) !== undefined);
    for (const destination of entry?.clusterIPs ?? []) {
      if (parseIpv4(destination) === undefined) continue;
      targets.set(`${destination} ${port}`, { destination, destinationPort: port, endpoints });
    }
    if (nodePort !== undefined) targets.set(`node ${nodePort}`, { destinationPort: nodePort, endpoints });
  }
  return targets;
}

/** Each pod's port for itself: what leads to it is stale when it goes, whoever takes over. */
function hostPortTargets(hostPorts: ReadonlyMap<string, HostPort>): Targets {
  const targets = new Map<string, Target>();
  for (const [owner, { protocol, hostPort, podIP, containerPort }] of hostPorts) {
    if (protocol !== 'UDP') continue;
    targets.set(owner, { destinationPort: hostPort, endpoints: [{ ip: podIP, port: containerPort }] });
  }
  return targets;
}
