/** The last changes of the cluster, so that a watch goes on where a list ended without reading the store. */
import type { ClusterAccess } from '../core/model/access.ts';
import type { ViewChange } from '../core/model/view.ts';

/** Changes kept for watchers that come back; older ones answer 410 and the client lists again. */
const historyMax = 20_000;

export interface RevisedChange {
  readonly revision: number;
  readonly change: ViewChange;
}

type Listener = (changes: readonly RevisedChange[]) => void;

export class WatchCache {
  readonly #history: RevisedChange[] = [];
  readonly #listeners = new Set<Listener>();
  /** Watches from below this revision have missed something. */
  #oldest: number;

  constructor(cluster: ClusterAccess) {
    this.#oldest = cluster.view.revision;
    cluster.listen((changes, revision) => {
      const revised = changes.map((change) => ({ revision, change }));
      this.#history.push(...revised);
      const excess = this.#history.length - historyMax;
      if (excess > 0) this.#oldest = this.#history.splice(0, excess).at(-1)?.revision ?? this.#oldest;
      for (const listener of this.#listeners) listener(revised);
    });
  }

  /** Changes after `revision`, or undefined where some of them are no longer kept. */
  since(revision: number): readonly RevisedChange[] | undefined {
    if (revision < this.#oldest) return undefined;
    return this.#history.filter((entry) => entry.revision > revision);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
