/**
 * Clock and store as one reconciler's process has them. Every answer takes its time; when the process dies, none comes
 * any more, and so whatever it was doing ends between two of its steps.
 */
import {
  type Clock,
  type CommitResult,
  type Store,
  type StoreBatch,
  StoreUnavailableError,
  type StoreWrite,
} from '../../../reconciler/core/ports.ts';
import type { EventClock } from './event-clock.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What may go wrong between a reconciler and the store; shares are of commits. */
export interface StoreFaults {
  /** Longest time that a commit takes to the store, and its answer back, in milliseconds. */
  readonly delayMsMax: number;
  /** Commits that are carried out, and whose answer is lost. */
  readonly lostAnswers: number;
  /** Commits that do not reach the store. */
  readonly lostRequests: number;
  /** Times at which the watch halts for a moment, per batch. */
  readonly watchHalts: number;
}

export const noStoreFaults: StoreFaults = { delayMsMax: 2, lostAnswers: 0, lostRequests: 0, watchHalts: 0 };

export class ProcessPorts {
  readonly clock: Clock;
  readonly store: Store;
  readonly #events: EventClock;
  readonly #random: SeededRandom;
  readonly #faults: () => StoreFaults;
  readonly #death = new AbortController();

  constructor(ports: {
    readonly clock: EventClock;
    readonly store: Store;
    readonly random: SeededRandom;
    readonly faults: () => StoreFaults;
  }) {
    this.#events = ports.clock;
    this.#random = ports.random;
    this.#faults = ports.faults;
    this.clock = {
      now: () => ports.clock.now(),
      steady: () => ports.clock.steady(),
      after: (delayMs, run) =>
        ports.clock.after(delayMs, () => {
          if (!this.isDead) run();
        }),
    };
    this.store = this.#around(ports.store);
  }

  /** Aborts when the process dies. */
  get dead(): AbortSignal {
    return this.#death.signal;
  }

  get isDead(): boolean {
    return this.#death.signal.aborted;
  }

  /** From now on nothing of the process goes on. */
  die(): void {
    this.#death.abort();
  }

  #around(store: Store): Store {
    const whole = async <T>(answer: Promise<T>): Promise<T> => this.#unlessDead(await answer);
    return {
      get: (key, options) => whole(store.get(key, options)),
      list: (prefix, options) => whole(store.list(prefix, options)),
      compact: (revision) => whole(store.compact(revision)),
      revision: () => whole(store.revision()),
      close: async () => undefined,
      commit: (writes) => this.#commit(store, writes),
      watch: (prefix, { after, signal }) => this.#watch(store, prefix, after, signal),
    };
  }

  async #commit(store: Store, writes: readonly StoreWrite[]): Promise<CommitResult> {
    await this.#travel();
    const { lostRequests, lostAnswers } = this.#faults();
    if (lostRequests > 0 && this.#random.chance(lostRequests))
      throw new StoreUnavailableError('nothing', 'the store cannot be reached');
    const result = await store.commit(writes);
    await this.#travel();
    if (lostAnswers > 0 && this.#random.chance(lostAnswers))
      throw new StoreUnavailableError('unknown', 'the store did not answer in time');
    return result;
  }

  async *#watch(
    store: Store,
    prefix: string,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<StoreBatch> {
    const either = AbortSignal.any([signal, this.#death.signal]);
    for await (const batch of store.watch(prefix, { after, signal: either })) {
      const { watchHalts, delayMsMax } = this.#faults();
      if (watchHalts > 0 && this.#random.chance(watchHalts)) await this.#pass(5 * delayMsMax);
      yield this.#unlessDead(batch);
    }
    await this.#unlessDead(undefined);
  }

  /** One way to the store or back. */
  async #travel(): Promise<void> {
    await this.#pass(this.#random.below(this.#faults().delayMsMax + 1));
  }

  async #pass(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#events.after(ms, resolve));
    await this.#unlessDead(undefined);
  }

  /** The value; never, where the process is dead. */
  #unlessDead<T>(value: T): Promise<T> {
    return this.isDead ? new Promise<T>(() => undefined) : Promise.resolve(value);
  }
}
