/**
 * What all hosts are told alike, made once for all of them: services, and who takes part in the network. With many hosts
 * a change costs what it takes to hand it out, not to work it out again for each.
 */
import type { Node } from '../../schemas/kubernetes/types/core-v1.ts';
import type { NetworkPeer, ServiceEntry } from '../../schemas/wire/messages.ts';
import {
  type DesiredSettings,
  desiredEntry,
  networkPeer,
  networkPeers,
  type SharedEntries,
} from '../core/desired/desired-state.ts';
import { sameJson } from '../core/model/json.ts';
import type { ClusterView } from '../core/model/view.ts';

export class SharedState implements SharedEntries {
  readonly #view: ClusterView;
  readonly #settings: DesiredSettings;
  readonly #services = new Map<string, ServiceEntry>();
  #peers: readonly NetworkPeer[] | undefined;
  #known: ReadonlyMap<string, NetworkPeer> = new Map();

  constructor(view: ClusterView, settings: DesiredSettings) {
    this.#view = view;
    this.#settings = settings;
  }

  service(key: string): ServiceEntry | undefined {
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const made = this.#made(key);
    if (made !== undefined) this.#services.set(key, made);
    return made;
  }

  /** The service or its endpoints may have changed: makes its entry anew, and says whether that differs. */
  serviceChanged(key: string): boolean {
    const after = this.#made(key);
    if (this.#services.has(key) && sameJson(this.#services.get(key), after)) return false;
    if (after === undefined) this.#services.delete(key);
    else this.#services.set(key, after);
    return true;
  }

  peersSeenBy(name: string): readonly NetworkPeer[] {
    const peers = (this.#peers ??= this.#listed());
    const node = this.#view.get<Node>('v1', 'Node', '', name);
    const before = this.#known.get(name);
    const own = node && networkPeer(node, before);
    if (own === before) return peers;
    const others = peers.filter(({ nodeName }) => nodeName !== name);
    return own === undefined ? others : [...others, own];
  }

  /** All hosts are told anew who takes part. Until then each is told only of its own place. */
  peersChanged(): void {
    this.#peers = undefined;
  }

  #listed(): readonly NetworkPeer[] {
    const peers = networkPeers(this.#view, this.#known);
    this.#known = new Map(peers.map((peer) => [peer.nodeName, peer]));
    return peers;
  }

  #made(key: string): ServiceEntry | undefined {
    return desiredEntry(this.#view, '', key, this.#settings) as ServiceEntry | undefined;
  }
}
