/**
 * Keys waiting to be worked on. A key is there once, however often it is added, and never worked on twice at
 * the same time; one that was added while worked on is worked on again. Failures wait, each time longer.
 */
import type { Clock } from '../core/ports.ts';

/** First and longest wait after a failure; doubling in between, as client-go's rate limiters do. */
const backoffFirstMs = 5;
const backoffMaxMs = 60_000;

/**
 * Work that took this long makes its key wait as long again, if it is wanted meanwhile: a set of ten thousand pods changes
 * with every report of theirs, and is counted once for all that came in. Others need not wait for it.
 */
const longWorkMs = 10;
const restMaxMs = 100;

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
  /** Keys that rest after long work. */
  readonly #resting = new Set<string>();
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
    this.#resting.clear();
  }

  add(id: string, key: Key): void {
    if (this.#active.has(id)) this.#dirty.set(id, key);
    else if (this.#resting.has(id)) return;
    else this.#ready.set(id, key);
    this.#pump();
  }

  addAfter(id: string, key: Key, delayMs: number): void {
    // Its turn comes anyway, and says when the next one is.
    if (this.#resting.has(id)) return;
    this.#timers.get(id)?.();
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(id);
      this.add(id, key);
    });
    this.#timers.set(id, cancel);
  }

  get idle(): boolean {
    return this.#ready.size === 0 && this.#active.size === 0 && this.#resting.size === 0;
  }

  #pump(): void {
    if (this.#paused) return;
    for (const [id, key] of this.#ready) {
      if (this.#active.size >= this.#concurrency) return;
      this.#ready.delete(id);
      this.#active.add(id);
      const begunMs = this.#clock.steady();
      this.#work(key).then(
        (outcome) => this.#finish(id, key, outcome, this.#clock.steady() - begunMs),
        (error: unknown) => this.#failed(error),
      );
    }
  }

  #finish(id: string, key: Key, outcome: WorkOutcome, lastedMs: number): void {
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
      if (lastedMs < longWorkMs) this.#ready.set(id, dirty);
      else this.#rest(id, dirty, Math.min(lastedMs, restMaxMs));
    }
    this.#pump();
  }

  /** A key that is wanted again, after a while. A later turn that its work asked for is asked for anew then. */
  #rest(id: string, key: Key, restMs: number): void {
    this.#timers.get(id)?.();
    this.#resting.add(id);
    const cancel = this.#clock.after(restMs, () => {
      this.#timers.delete(id);
      this.#resting.delete(id);
      this.add(id, key);
    });
    this.#timers.set(id, cancel);
  }
}
