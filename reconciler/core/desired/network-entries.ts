/**
 * The network as hosts are told of it: each its own place, and all of them who takes part. That goes in parts by the
 * nodes' names, so that a host that joins costs every other one a part and not the whole list.
 */
import type { Node } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { NetworkEntry, NetworkPeer, PeersEntry } from '../../../schemas/wire/messages.ts';
import { stableHash } from '../model/stable-hash.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';
import type { AffectedEntry, DesiredSettings } from './desired-settings.ts';

/** Of a thousand hosts each part names some sixteen. */
const parts = 64;

/** The key of the entry that names the node. */
export function peersKey(nodeName: string): PeersEntry['key'] {
  return `peers/${Number.parseInt(stableHash(nodeName).slice(0, 8), 16) % parts}`;
}

/** What a change of a Node has told anew: its own place to itself, and its part to all. */
export function networkEntriesAffected({ ref, before, after }: ViewChange): readonly AffectedEntry[] {
  const [old, now] = [before as Node | undefined, after as Node | undefined].map(placeOf);
  if (old?.podCidr === now?.podCidr && old?.address === now?.address) return [];
  return [
    { node: ref.name, key: 'network' },
    { node: '*', key: peersKey(ref.name) },
  ];
}

/** All parts that name anybody, each sorted by name. */
export function peersEntries(view: ClusterView): ReadonlyMap<string, PeersEntry> {
  const named = Map.groupBy(
    view.list<Node>('v1', 'Node').flatMap((node) => placeOf(node) ?? []),
    ({ nodeName }) => peersKey(nodeName),
  );
  return new Map([...named].map(([key, peers]) => [key, { key, type: 'peers', peers }]));
}

/** A host's own place in the network; undefined while it has none. */
export function networkEntry(
  view: ClusterView,
  name: string,
  { clusterCidr, serviceCidr }: DesiredSettings,
): NetworkEntry | undefined {
  const place = placeOf(view.get<Node>('v1', 'Node', '', name));
  if (place === undefined) return undefined;
  const { address: nodeAddress, podCidr } = place;
  return { key: 'network', type: 'network', nodeName: name, nodeAddress, podCidr, clusterCidr, serviceCidr };
}

function placeOf(node: Node | undefined): NetworkPeer | undefined {
  const podCidr = node?.spec?.podCIDR ?? '';
  const address = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (podCidr === '' || address === undefined) return undefined;
  return { nodeName: node?.metadata.name ?? '', address, podCidr };
}
