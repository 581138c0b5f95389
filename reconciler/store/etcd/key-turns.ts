/**
 * Commits of one process that touch the same key take turns in the order in which they were asked for: etcd works on
 * concurrent requests in any order. Commits that only check a key, as all do the leader's, do not wait for each other.
 */
import type { StoreWrite } from '../../core/ports.ts';

interface Turn {
  /** Who writes the key last. */
  writer: Promise<void> | undefined;
  /** Who checks it since. */
  readonly checkers: Set<Promise<void>>;
}

export class KeyTurns {
  readonly #turns = new Map<string, Turn>();
  readonly #running = new Set<Promise<void>>();

  /** How many commits run or wait. */
  get size(): number {
    return this.#running.size;
  }

  /** Runs `work` after every commit before it that writes one of its keys, or uses one that it writes. */
  async run<T>(writes: readonly StoreWrite[], work: () => Promise<T>): Promise<T> {
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const before = new Set<Promise<void>>();
    for (const write of writes) this.#queue(write, done, before);
    this.#running.add(done);
    try {
      if (before.size > 0) await Promise.all(before);
      return await work();
    } finally {
      this.#running.delete(done);
      for (const write of writes) this.#leave(write, done);
      finish();
    }
  }

  /** Resolves when every commit that was asked for is over. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #queue(write: StoreWrite, done: Promise<void>, before: Set<Promise<void>>): void {
    const turn = this.#turns.get(write.key) ?? { writer: undefined, checkers: new Set() };
    this.#turns.set(write.key, turn);
    if (turn.writer !== undefined) before.add(turn.writer);
    if (write.type === 'check') {
      turn.checkers.add(done);
      return;
    }
    for (const checker of turn.checkers) before.add(checker);
    turn.checkers.clear();
    turn.writer = done;
  }

  #leave(write: StoreWrite, done: Promise<void>): void {
    const turn = this.#turns.get(write.key);
    if (turn === undefined) return;
    turn.checkers.delete(done);
    if (turn.writer === done) turn.writer = undefined;
    if (turn.writer === undefined && turn.checkers.size === 0) this.#turns.delete(write.key);
  }
}
