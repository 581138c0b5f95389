/**
 * Connections that the kernel still remembers and that rules no longer decide about. TCP ends and starts anew by
 * itself; a UDP flow would go to an endpoint that is gone for as long as the client keeps sending.
 */
import type { ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../ports.ts';
import { parseIpv4 } from './address.ts';
import { type Compiled, compareText } from './compile.ts';

/** Entries of the connection table to forget; all of UDP. */
export interface StaleFlow {
  /** Where the client sends to; absent: any address of the host. */
  readonly destination?: string;
  readonly destinationPort: number;
  /** Where it was sent on to; absent: nowhere, the host itself got it. */
  readonly endpoint?: string;
}

/** Sorted, each once. `previous` undefined: what there was is unknown, and nothing is forgotten. */
export function staleFlows(previous: Compiled | undefined, next: Compiled): readonly StaleFlow[] {
  if (previous === undefined) return [];
  const flows = new Map<string, StaleFlow>();
  const compare = (before: ReadonlyMap<string, Target>, after: ReadonlyMap<string, Target>): void => {
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
  // An entry that was sent nowhere else answers from the port that it was sent to.
  const sentOn = endpoint === undefined ? ` --reply-port-src ${destinationPort}` : ` --dst-nat ${endpoint}`;
  return `-D -p udp${to} --orig-port-dst ${destinationPort}${sentOn}`;
}

/** One UDP port that rules redirect, and where to. */
interface Target {
  readonly destination?: string;
  readonly destinationPort: number;
  readonly endpoints: readonly string[];
}

function staleTargets(before: ReadonlyMap<string, Target>, after: ReadonlyMap<string, Target>): readonly StaleFlow[] {
  const stale: StaleFlow[] = [];
  for (const [key, { endpoints, ...target }] of before) {
    const kept = new Set(after.get(key)?.endpoints);
    for (const endpoint of endpoints) if (!kept.has(endpoint)) stale.push({ ...target, endpoint });
  }
  for (const [key, { destination, destinationPort }] of after) {
    // A cluster address refuses until it is served; a port of the host may have been answered by the host.
    if (destination === undefined && !before.has(key)) stale.push({ destinationPort });
  }
  return stale;
}

function serviceTargets(entry: ServiceEntry | undefined): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  for (const { protocol, port, nodePort, endpoints } of entry?.ports ?? []) {
    if (protocol !== 'UDP') continue;
    const ips = endpoints.map(({ ip }) => ip).filter((ip) => parseIpv4(ip) !== undefined);
    for (const destination of entry?.clusterIPs ?? []) {
      if (parseIpv4(destination) === undefined) continue;
      targets.set(`${destination} ${port}`, { destination, destinationPort: port, endpoints: ips });
    }
    if (nodePort !== undefined) targets.set(`node ${nodePort}`, { destinationPort: nodePort, endpoints: ips });
  }
  return targets;
}

function hostPortTargets(hostPorts: ReadonlyMap<string, HostPort>): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  for (const { protocol, hostPort, podIP } of hostPorts.values()) {
    if (protocol === 'UDP') targets.set(`node ${hostPort}`, { destinationPort: hostPort, endpoints: [podIP] });
  }
  return targets;
}
