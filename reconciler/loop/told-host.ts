/** What one host was told: its first, whole state, and then each entry that changes. A pod goes with its tokens. */
import type { DesiredEntry, PodEntry } from '../../schemas/wire/messages.ts';
import type { DesiredSettings } from '../core/desired/desired-settings.ts';
import { desiredEntries, desiredEntry } from '../core/desired/desired-state.ts';
import { sameJson } from '../core/model/json.ts';
import type { ClusterView } from '../core/model/view.ts';
import type { HostLink } from '../core/ports.ts';
import type { PodTokens } from './pod-tokens.ts';
import type { SharedState } from './shared-entries.ts';

interface ToldHostPorts {
  readonly link: HostLink;
  readonly view: ClusterView;
  readonly settings: DesiredSettings;
  readonly tokens: PodTokens;
  readonly shared: SharedState;
}

export class ToldHost {
  readonly #name: string;
  readonly #ports: ToldHostPorts;
  readonly #sent = new Map<string, DesiredEntry>();
  /** Uids of pods without whose tokens the first state cannot be told; undefined once it was. */
  #waitsFor: Set<string> | undefined;

  constructor(name: string, ports: ToldHostPorts) {
    this.#name = name;
    this.#ports = ports;
  }

  /** All that the host shall have, as soon as the tokens of its pods are signed. */
  tellWhole(): void {
    const { view, settings, tokens, link, shared } = this.#ports;
    const entries = desiredEntries(view, this.#name, settings, shared);
    const held = entries.map((entry) => (entry.type === 'pod' ? tokens.of(entry.pod) : 'none'));
    const missing = entries.flatMap((entry, index) =>
      entry.type === 'pod' && held[index] === 'later' ? [entry.pod.metadata.uid ?? ''] : [],
    );
    this.#waitsFor = missing.length === 0 ? undefined : new Set(missing);
    if (missing.length > 0) return;
    const upserts = [...entries, ...held.filter((one) => typeof one === 'object')];
    for (const entry of upserts) this.#sent.set(entry.key, entry);
    link.update({ upserts, removes: [] });
  }

  /** The entry may have changed. */
  refresh(key: string): void {
    if (this.#waitsFor !== undefined) return this.#refreshWaiting(key);
    const entry = this.#entry(key);
    if (entry === undefined) this.#withdraw(key);
    else if (entry.type === 'pod') this.#tellPod(entry);
    else this.#tell([entry]);
  }

  #entry(key: string): DesiredEntry | undefined {
    const { view, settings, shared } = this.#ports;
    if (shared.holds(key)) return shared.entry(key);
    return desiredEntry(view, this.#name, key, settings);
  }

  /** The tokens of a pod of this host are there, or new. */
  tokensChanged(uid: string): void {
    if (this.#waitsFor === undefined) return this.refresh(`pod/${uid}`);
    this.#waitsFor.delete(uid);
    if (this.#waitsFor.size === 0) this.tellWhole();
  }

  /** Nothing was told yet: all of it follows at once. A pod that goes meanwhile is not waited for. */
  #refreshWaiting(key: string): void {
    const { view, settings } = this.#ports;
    if (!key.startsWith('pod/') || desiredEntry(view, this.#name, key, settings) !== undefined) return;
    this.tokensChanged(key.slice('pod/'.length));
  }

  #withdraw(key: string): void {
    const keys = key.startsWith('pod/') ? [key, `token/${key.slice('pod/'.length)}`] : [key];
    const removes = keys.filter((one) => this.#sent.delete(one));
    if (removes.length > 0) this.#ports.link.update({ upserts: [], removes });
  }

  #tellPod(entry: PodEntry): void {
    const tokens = this.#ports.tokens.of(entry.pod);
    if (tokens === 'later') return;
    this.#tell(tokens === 'none' ? [entry] : [tokens, entry]);
  }

  #tell(entries: readonly DesiredEntry[]): void {
    const upserts = entries.filter((entry) => !sameJson(entry, this.#sent.get(entry.key)));
    for (const entry of upserts) this.#sent.set(entry.key, entry);
    if (upserts.length > 0) this.#ports.link.update({ upserts, removes: [] });
  }
}
