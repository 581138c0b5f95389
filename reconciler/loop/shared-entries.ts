/**
 * What all hosts are told alike, made once for all of them: services, and who takes part in the network. With many hosts
 * a change costs what it takes to hand it out, not to work it out again for each.
 */
import type { NetworkPeer, ServiceEntry } from '../../schemas/wire/messages.ts';
import {
  type DesiredSettings,
  desiredEntry,
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

  peers(): readonly NetworkPeer[] {
    if (this.#peers === undefined) {
      this.#peers = networkPeers(this.#view, this.#known);
      this.#known = new Map(this.#peers.map((peer) => [peer.nodeName, peer]));
    }
    return this.#peers;
  }

  /** Somebody joined the network, left it, or has another place in it. */
  peersChanged(): void {
    this.#peers = undefined;
  }

  #made(key: string): ServiceEntry | undefined {
    return desiredEntry(this.#view, '', key, this.#settings) as ServiceEntry | undefined;
  }
}
