/**
 * Routes to the pods of other hosts: each peer's pod range through the peer's address. They bear a protocol number
 * of our own, so that ours are told from all others', which are never touched.
 */
import type { NetworkEntry, NetworkPeer } from '../../../../schemas/wire/messages.ts';
import { parseIpv4, parseIpv4Range } from './address.ts';
import { compareText } from './compare-text.ts';

/** Free in iproute2's rt_protos; 99 and up are taken by routing daemons. */
export const routeProtocol = 98;

export interface HostRoute {
  readonly destination: string;
  readonly via: string;
}

export type RouteCommand =
  | { readonly command: 'replace'; readonly route: HostRoute }
  | { readonly command: 'delete'; readonly route: HostRoute };

export interface RoutePlan {
  readonly commands: readonly RouteCommand[];
  /** Peers that no route can be made for, each with the reason. */
  readonly problems: readonly string[];
}

/** `observed`: the host's routes that bear `routeProtocol`. Sorted by destination, deletions first. */
export function planRoutes(
  network: NetworkEntry,
  peers: readonly NetworkPeer[],
  observed: readonly HostRoute[],
): RoutePlan {
  const problems: string[] = [];
  const desired = new Map<string, HostRoute>();
  for (const peer of peers) {
    if (peer.nodeName === network.nodeName) continue;
    const problem = peerProblem(peer.podCidr, peer.address) ?? ownRangeProblem(network, peer.podCidr);
    if (problem !== undefined) problems.push(`peer ${peer.nodeName}: ${problem}`);
    else desired.set(canonical(peer.podCidr), { destination: peer.podCidr, via: peer.address });
  }
  const commands: RouteCommand[] = [];
  for (const route of observed) {
    if (!desired.has(canonical(route.destination))) commands.push({ command: 'delete', route });
  }
  for (const [destination, route] of desired) {
    const present = observed.some(
      (one) => canonical(one.destination) === destination && one.via === route.via,
    );
    if (!present) commands.push({ command: 'replace', route });
  }
  return { commands: commands.sort(byVerbAndDestination), problems };
}

function peerProblem(podCidr: string, address: string): string | undefined {
  if (parseIpv4Range(podCidr) === undefined)
    return `expected an IPv4 range as its pod range, got '${podCidr}'`;
  if (parseIpv4(address) === undefined) return `expected an IPv4 address, got '${address}'`;
  return undefined;
}

function ownRangeProblem(network: NetworkEntry, podCidr: string): string | undefined {
  return podCidr === network.podCidr ? `its pod range ${podCidr} is this host's own` : undefined;
}

/** `ip` prints the range of a single address without its length. */
function canonical(destination: string): string {
  return destination.includes('/') ? destination : `${destination}/32`;
}

function byVerbAndDestination(a: RouteCommand, b: RouteCommand): number {
  return compareText(a.command, b.command) || compareText(a.route.destination, b.route.destination);
}

/** Lines for `ip -batch -`. A replaced route is never absent in between. */
export function renderRouteCommands(commands: readonly RouteCommand[]): string {
  return commands
    .map(
      ({ command, route }) =>
        `route ${command} ${route.destination} via ${route.via} proto ${routeProtocol}\n`,
    )
    .join('');
}
