/**
 * Keys waiting to be worked on. A key is there once, however often it is added, and never worked on twice at
 * the same time; one that was added while worked on is worked on again. Failures wait, each time longer.
 */
import type { Clock } from '../core/ports.ts';

/** First and longest wait after a failure; doubling in between, as client-go's rate limiters do. */
const backoffFirstMs = 5;
const backoffMaxMs = 60_000;

/** `again` counts as a failure and waits; a number asks for another turn after so many milliseconds. */
export type WorkOutcome = 'done' | 'again' | { readonly afterMs: number };

export class WorkQueue<Key> {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #work: (key: Key) => Promise<WorkOutcome>;
  readonly #failed: (error: unknown) => void;
  readonly #ready = new Map<string, Key>();
  readonly #active = new Set<string>();
  readonly #dirty = new Map<string, Key>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, () => void>();
  #paused = true;

  /** `work` must not reject: what it rejects with is a broken invariant and goes to `failed`. */
  constructor(options: {
    readonly clock: Clock;
    readonly concurrency: number;
    readonly work: (key: Key) => Promise<WorkOutcome>;
    readonly failed: (error: unknown) => void;
  }) {
    this.#clock = options.clock;
    this.#concurrency = options.concurrency;
    this.#work = options.work;
    this.#failed = options.failed;
  }

  /** Begins to work; what was added before is worked on now. */
  start(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Takes no more keys up; resolved work in flight is forgotten. */
  stop(): void {
    this.#paused = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  add(id: string, key: Key): void {
    if (this.#active.has(id)) this.#dirty.set(id, key);
    else this.#ready.set(id, key);
    this.#pump();
  }

  addAfter(id: string, key: Key, delayMs: number): void {
    this.#timers.get(id)?.();
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(id);
      this.add(id, key);
    });
    this.#timers.set(id, cancel);
  }

  get idle(): boolean {
    return this.#ready.size === 0 && this.#active.size === 0;
  }

  #pump(): void {
    if (this.#paused) return;
    for (const [id, key] of this.#ready) {
      if (this.#active.size >= this.#concurrency) return;
      this.#ready.delete(id);
      this.#active.add(id);
      this.#work(key).then(
        (outcome) => this.#finish(id, key, outcome),
        (error: unknown) => this.#failed(error),
      );
    }
  }

  #finish(id: string, key: Key, outcome: WorkOutcome): void {
    this.#active.delete(id);
    if (outcome === 'again') {
      const failures = this.#failures.get(id) ?? 0;
      this.#failures.set(id, failures + 1);
      this.addAfter(id, key, Math.min(backoffFirstMs * 2 ** failures, backoffMaxMs));
    } else {
      this.#failures.delete(id);
      if (outcome !== 'done') this.addAfter(id, key, outcome.afterMs);
    }
    const dirty = this.#dirty.get(id);
    if (dirty !== undefined) {
      this.#dirty.delete(id);
      this.#ready.set(id, dirty);
    }
    this.#pump();
  }
}
