/**
 * The last changes of the cluster, so that a watch goes on where a list ended: from memory for what is recent, from the
 * store's history for the rest. One read serves every watcher, and each event is serialized once for all of them.
 */
import type { ClusterAccess } from '../core/model/access.ts';
import { decodeObject, refOf, registryPrefix } from '../core/model/object.ts';
import type { ViewChange } from '../core/model/view.ts';
import type { Store, StoreBatch } from '../core/ports.ts';
import { kindKey } from '../core/model/kind-key.ts';
import type { Frame } from './verbs/watch-format.ts';

/** Changes kept in memory; watchers from further back read the store's history. */
const historyMax = 2_000;

/** One change at its revision, with the frames that watchers were sent for it. */
export class RevisedChange {
  readonly revision: number;
  readonly change: ViewChange;
  readonly #frames = new Map<string, Frame>();

  constructor(revision: number, change: ViewChange) {
    this.revision = revision;
    this.change = change;
  }

  /** The frame under `key`, made once for all watchers that see the change alike. */
  frame(key: string, make: () => Frame): Frame {
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = make();
      this.#frames.set(key, frame);
    }
    return frame;
  }

  /** Forgets the frames: whoever comes later makes them anew. */
  told(): void {
    this.#frames.clear();
  }
}

/** Hears of each commit: its changes of one kind, in order. */
type Listener = (changes: readonly RevisedChange[], revision: number) => void;

export class WatchCache {
  readonly #store: Store;
  readonly #history: RevisedChange[] = [];
  /** Listeners by `group/Kind`. */
  readonly #listeners = new Map<string, Set<Listener>>();
  #revision: number;
  /** Every change after this revision is in memory. */
  #floor: number;

  constructor(cluster: ClusterAccess, store: Store) {
    this.#store = store;
    this.#revision = cluster.view.revision;
    this.#floor = cluster.view.revision;
    cluster.listen((changes, revision) => this.#take(changes, revision));
  }

  /** The last revision whose changes were told. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes of `group/Kind` after `revision`, or undefined where some of them are no longer in memory. */
  since(revision: number, kind: string): readonly RevisedChange[] | undefined {
    if (revision < this.#floor) return undefined;
    return this.#history.filter((entry) => entry.revision > revision && keyOf(entry.change) === kind);
  }

  /**
   * The same from the store's history, up to what is in memory now. Throws CompactedError where it is gone, and ends
   * early where `signal` aborts.
   */
  async *replay(after: number, kind: string, signal: AbortSignal): AsyncIterable<readonly RevisedChange[]> {
    const upTo = this.#revision;
    if (after >= upTo) return;
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      for await (const batch of this.#store.watch('', { after, signal: both })) {
        const changes = changesOf(batch).filter((entry) => keyOf(entry.change) === kind);
        if (changes.length > 0 && batch.revision <= upTo) yield changes;
        if (batch.revision >= upTo) return;
      }
    } finally {
      stop.abort();
    }
  }

  /** Hears of every commit that changes objects of `group/Kind`; the returned function ends it. */
  listen(kind: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(kind) === listeners) this.#listeners.delete(kind);
    };
  }

  #take(changes: readonly ViewChange[], revision: number): void {
    const byKind = new Map<string, RevisedChange[]>();
    for (const change of changes) {
      const revised = new RevisedChange(revision, change);
      this.#history.push(revised);
      const key = keyOf(change);
      const same = byKind.get(key);
      if (same === undefined) byKind.set(key, [revised]);
      else same.push(revised);
    }
    // Dropped in halves: shifting one by one would move the whole history for every commit.
    if (this.#history.length > 2 * historyMax)
      this.#floor =
        this.#history.splice(0, this.#history.length - historyMax).at(-1)?.revision ?? this.#floor;
    this.#revision = revision;
    for (const [key, same] of byKind) {
      for (const listener of this.#listeners.get(key) ?? []) listener(same, revision);
      for (const revised of same) revised.told();
    }
  }
}

function keyOf({ ref }: ViewChange): string {
  return kindKey(ref.apiVersion, ref.kind);
}

function changesOf(batch: StoreBatch): readonly RevisedChange[] {
  const changes: RevisedChange[] = [];
  for (const event of batch.events) {
    const record = event.type === 'put' ? event.record : event.previous;
    if (!record.key.startsWith(registryPrefix)) continue;
    const { previous } = event;
    const before = previous === undefined ? undefined : decodeObject(previous.value, previous.modRevision);
    const after = event.type === 'put' ? decodeObject(record.value, record.modRevision) : undefined;
    const object = after ?? before;
    if (object !== undefined)
      changes.push(new RevisedChange(batch.revision, { ref: refOf(object), before, after }));
  }
  return changes;
}
