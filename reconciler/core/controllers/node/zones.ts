/**
 * How fast nodes of a zone may be emptied. One node that is lost is its own fault; many at once are the network's, and
 * moving all their pods would do harm: then it goes slower, or not at all (Kubernetes' rate limits on eviction).
 */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../../model/view.ts';
import { isNodeReady } from './silence.ts';

/** --node-eviction-rate: a node in ten seconds. */
const primaryIntervalMs = 10_000;
/** --secondary-node-eviction-rate, for large zones: a node in a hundred seconds. */
const secondaryIntervalMs = 100_000;
/** --large-cluster-size-threshold: smaller zones stop altogether. */
const largeZone = 50;
/** --unhealthy-zone-threshold. */
const unhealthyShare = 0.55;
const unhealthyLeast = 3;

/** The zone of a node, with its region: zones of two regions may bear one name. */
export function zoneOf({ metadata }: Node): string {
  const labels = metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** No node is ready: it is the reconciler that is cut off, or something of all, and nobody is emptied. */
export function noneReady(view: ClusterView): boolean {
  return !view.list<Node>('v1', 'Node').some(isNodeReady);
}

/** Milliseconds between two nodes of the zone; Infinity where none may be emptied. */
export function evictionIntervalMs(zone: string, view: ClusterView): number {
  const nodes = view.list<Node>('v1', 'Node');
  if (!nodes.some(isNodeReady)) return Infinity;
  const members = nodes.filter((node) => zoneOf(node) === zone);
  const unready = members.filter((node) => !isNodeReady(node)).length;
  const partial =
    unready < members.length && unready >= unhealthyLeast && unready / members.length >= unhealthyShare;
  if (!partial) return primaryIntervalMs;
  return members.length > largeZone ? secondaryIntervalMs : Infinity;
}

/** When a zone's last node was given up, by the clock that nobody sets. */
export class EvictionPace {
  readonly #last = new Map<string, { readonly node: string; readonly atMs: number }>();

  /** Milliseconds until the node may be emptied, 0 for now; asked again at the same time it is 0 again. */
  waitMs(node: Node, view: ClusterView, steadyMs: number): number {
    const zone = zoneOf(node);
    const interval = evictionIntervalMs(zone, view);
    if (interval === Infinity) return Infinity;
    const last = this.#last.get(zone);
    const name = node.metadata.name ?? '';
    if (last !== undefined && last.node !== name && last.atMs + interval > steadyMs)
      return last.atMs + interval - steadyMs;
    if (last?.node !== name) this.#last.set(zone, { node: name, atMs: steadyMs });
    return 0;
  }
}
