/** The one store of a run, and the cluster as it is there at this moment: what reconcilers only hear of later. */
import {
  decodeObject,
  type KubeObject,
  type ObjectRef,
  refOf,
  registryPrefix,
} from '../../../reconciler/core/model/object.ts';
import { MutableView, type ClusterView, type ViewChange } from '../../../reconciler/core/model/view.ts';
import type { CommitResult, Store, StoreWrite } from '../../../reconciler/core/ports.ts';
import { createMemoryStore } from '../../../reconciler/store/memory/memory-store.ts';

/** One revision: who wrote it, and what became of which objects. */
export interface TrueCommit {
  readonly by: string;
  readonly revision: number;
  readonly changes: readonly ViewChange[];
}

export class Truth {
  readonly #store = createMemoryStore();
  readonly #view = new MutableView();
  readonly #refs = new Map<string, ObjectRef>();
  readonly #hear: (commit: TrueCommit, writes: readonly StoreWrite[]) => void;

  constructor(hear: (commit: TrueCommit, writes: readonly StoreWrite[]) => void) {
    this.#hear = hear;
  }

  get view(): ClusterView {
    return this.#view;
  }

  /** The store as `by` writes to it: without delays, and without faults. */
  storeOf(by: string): Store {
    const store = this.#store;
    return {
      get: (key, options) => store.get(key, options),
      list: (prefix, options) => store.list(prefix, options),
      watch: (prefix, options) => store.watch(prefix, options),
      compact: (revision) => store.compact(revision),
      revision: () => store.revision(),
      close: async () => undefined,
      commit: async (writes) => {
        const before = this.#view.revision;
        const result = await store.commit(writes);
        if (result.ok && result.revision > before) this.#take(by, writes, result);
        return result;
      },
    };
  }

  #take(by: string, writes: readonly StoreWrite[], { revision }: CommitResult): void {
    const changes: ViewChange[] = [];
    for (const write of writes) {
      if (write.type === 'check' || !write.key.startsWith(registryPrefix)) continue;
      const change =
        write.type === 'put'
          ? this.#put(write.key, decodeObject(write.value, revision), revision)
          : this.#delete(write.key, revision);
      if (change !== undefined) changes.push(change);
    }
    this.#view.revision = revision;
    this.#hear({ by, revision, changes }, writes);
  }

  #put(key: string, object: KubeObject, revision: number): ViewChange {
    const ref = refOf(object);
    this.#refs.set(key, ref);
    return this.#view.apply(ref, object, revision);
  }

  #delete(key: string, revision: number): ViewChange | undefined {
    const ref = this.#refs.get(key);
    if (ref === undefined) return undefined;
    this.#refs.delete(key);
    return this.#view.apply(ref, undefined, revision);
  }
}
