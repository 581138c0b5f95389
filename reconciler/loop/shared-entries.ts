/**
 * What all hosts are told alike, made once for all of them: services, and who takes part in the network. With many hosts
 * a change costs what it takes to hand it out, not to work it out again for each.
 */
import type { DesiredEntry, PeersEntry, ServiceEntry } from '../../schemas/wire/messages.ts';
import type { DesiredSettings } from '../core/desired/desired-settings.ts';
import { desiredEntry, type SharedEntries } from '../core/desired/desired-state.ts';
import { peersEntries } from '../core/desired/network-entries.ts';
import { sameJson } from '../core/model/json.ts';
import type { ClusterView } from '../core/model/view.ts';

export class SharedState implements SharedEntries {
  readonly #view: ClusterView;
  readonly #settings: DesiredSettings;
  readonly #services = new Map<string, ServiceEntry>();
  #peers: ReadonlyMap<string, PeersEntry> | undefined;

  constructor(view: ClusterView, settings: DesiredSettings) {
    this.#view = view;
    this.#settings = settings;
  }

  /** Whether all hosts are told the entry of this key alike. */
  holds(key: string): boolean {
    return key.startsWith('service/') || key.startsWith('peers/');
  }

  entry(key: string): DesiredEntry | undefined {
    return key.startsWith('peers/') ? this.peers().get(key) : this.service(key);
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

  peers(): ReadonlyMap<string, PeersEntry> {
    this.#peers ??= peersEntries(this.#view);
    return this.#peers;
  }

  /** Nodes came, went or moved: all parts are made anew. Those that are as they were stay the same objects. */
  peersChanged(): void {
    const before = this.#peers;
    const after = peersEntries(this.#view);
    this.#peers = new Map(
      [...after].map(([key, entry]) => {
        const known = before?.get(key);
        return [key, known !== undefined && sameJson(known, entry) ? known : entry];
      }),
    );
  }

  #made(key: string): ServiceEntry | undefined {
    return desiredEntry(this.#view, '', key, this.#settings) as ServiceEntry | undefined;
  }
}
