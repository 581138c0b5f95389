/** Pods that no node can have, by what they are and what refused them: an event is held against each kind once. */
import type { PluginName } from '../diagnosis.ts';
import type { Profile } from '../profile.ts';
import type { SchedulerState } from '../state/scheduler-state.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { listeners, mayHelp, type Refused } from './hints.ts';
import type { QueuedPod } from './queued-pod.ts';

interface Kind {
  readonly key: string;
  readonly refused: Refused;
  readonly plugins: ReadonlySet<PluginName>;
  readonly members: Set<QueuedPod>;
}

export class RefusedPods {
  readonly #state: SchedulerState;
  /** In the order in which they were refused. */
  readonly #kindOf = new Map<QueuedPod, Kind>();
  readonly #kinds = new Map<string, Kind>();
  readonly #byPlugin = new Map<PluginName, Set<Kind>>();

  constructor(state: SchedulerState) {
    this.#state = state;
  }

  get size(): number {
    return this.#kindOf.size;
  }

  /** The one that was refused first. */
  get oldest(): QueuedPod | undefined {
    return this.#kindOf.keys().next().value;
  }

  /** Refused by nobody, as where there are no nodes, it waits for a node that would have it. */
  add(queued: QueuedPod, plugins: ReadonlySet<PluginName>, profile: Profile): void {
    // A member of a group may be refused with the others while it waits here already.
    this.delete(queued);
    const against: ReadonlySet<PluginName> = plugins.size === 0 ? new Set(['NodeAffinity']) : plugins;
    const key = `${[...against].sort().join()} ${queued.wish}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      const { pods } = this.#state.recordOf(queued.pod);
      kind = { key, refused: { pods, profile, state: this.#state }, plugins: against, members: new Set() };
      this.#kinds.set(key, kind);
      for (const plugin of against) this.#listeners(plugin).add(kind);
    }
    kind.members.add(queued);
    this.#kindOf.set(queued, kind);
  }

  delete(queued: QueuedPod): void {
    const kind = this.#kindOf.get(queued);
    if (kind === undefined) return;
    this.#kindOf.delete(queued);
    kind.members.delete(queued);
    if (kind.members.size > 0) return;
    this.#kinds.delete(kind.key);
    for (const plugin of kind.plugins) this.#listeners(plugin).delete(kind);
  }

  /** Those that may be had somewhere because of the event; they stay here until they are deleted. */
  helpedBy(event: ClusterEvent): readonly QueuedPod[] {
    const helped = new Set<Kind>();
    for (const plugin of listeners(event.type)) {
      for (const kind of this.#byPlugin.get(plugin) ?? [])
        if (!helped.has(kind) && mayHelp(plugin, kind.refused, event)) helped.add(kind);
    }
    const found: QueuedPod[] = [];
    for (const { members } of helped)
      for (const member of members) if (this.#concerns(event, member)) found.push(member);
    return found;
  }

  /** Who was promised a node waits for that one to become free. */
  #concerns(event: ClusterEvent, { pod }: QueuedPod): boolean {
    if (event.type !== 'pod-gone') return true;
    const promised = this.#state.nominations.nodeOf(pod.metadata.uid ?? '');
    return promised === undefined || promised === event.pod.spec?.nodeName;
  }

  #listeners(plugin: PluginName): Set<Kind> {
    const known = this.#byPlugin.get(plugin);
    if (known !== undefined) return known;
    const made = new Set<Kind>();
    this.#byPlugin.set(plugin, made);
    return made;
  }
}
