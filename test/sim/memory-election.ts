/** An election among reconcilers of one process, for simulations: a lease that runs out when the test says so. */
import type { LeaderElection, Leadership, Store } from '../../reconciler/core/ports.ts';
import { takeLead } from '../../reconciler/loop/leadership.ts';

export class MemoryElection {
  readonly #store: Store;
  #holder: { readonly identity: string; readonly over: AbortController } | undefined;
  #vacant = Promise.withResolvers<void>();

  constructor(store: Store) {
    this.#store = store;
    this.#vacant.resolve();
  }

  candidate(identity: string): LeaderElection {
    return {
      identity,
      leader: async () => this.#holder?.identity,
      campaign: (signal) => this.#campaign(identity, signal),
    };
  }

  /** Ends the term of whoever leads, or of `identity` if it does; its commits are refused from now on. */
  async depose(identity = this.#holder?.identity): Promise<void> {
    const holder = this.#holder;
    if (holder === undefined || holder.identity !== identity) return;
    await this.#store.commit([{ type: 'delete', key: holderKey }]);
    holder.over.abort();
    this.#holder = undefined;
    this.#vacant.resolve();
  }

  async #campaign(identity: string, signal: AbortSignal): Promise<Leadership> {
    const over = new AbortController();
    const holder = { identity, over };
    const given = Promise.withResolvers<never>();
    const onAbort = (): void => given.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      while (this.#holder !== undefined) await Promise.race([this.#vacant.promise, given.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    this.#holder = holder;
    this.#vacant = Promise.withResolvers<void>();
    const { epoch } = await takeLead(this.#store);
    const value = new TextEncoder().encode(identity);
    const { revision } = await this.#store.commit([{ type: 'put', key: holderKey, value }]);
    const resign = async (): Promise<void> => {
      if (this.#holder === holder) await this.depose();
    };
    return { key: holderKey, modRevision: revision, epoch, lost: over.signal, resign };
  }
}

const holderKey = '/leader/holder';
