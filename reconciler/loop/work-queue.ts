/**
 * Keys waiting to be worked on. A key is there once, however often it is added, and never worked on twice at
 * the same time; one that was added while worked on is worked on again. Failures wait, each time longer.
 */
import type { Clock } from '../core/ports.ts';

/** First and longest wait after a failure; doubling in between, as client-go's rate limiters do. */
const backoffFirstMs = 5;
const backoffMaxMs = 60_000;

/**
 * Work that took this long makes its key rest as long again, if it is wanted meanwhile: the store is slow then, and what
 * comes in is worked on at once. Others need not wait for it.
 */
const longWorkMs = 10;
const longWorkRestMaxMs = 100;
/**
 * What held the processor this long rests so many times as long: a set of ten thousand pods changes with every report of
 * theirs, and is counted once for all that came in.
 */
const longBusyMs = 4;
const restPerBusyTime = 19;

/** `again` counts as a failure and waits; a number asks for another turn after so many milliseconds. */
export type WorkOutcome = 'done' | 'again' | { readonly afterMs: number };

/** Works on one key; `busy` is told how long that held the processor, in milliseconds. */
export type Work<Key> = (key: Key, busy: (ms: number) => void) => Promise<WorkOutcome>;

/** How long work was under way, and what of it held the processor. */
interface Took {
  readonly lastedMs: number;
  readonly busyMs: number;
}

/** A key after long work; `wanted` once it was added meanwhile. */
interface Rest<Key> {
  wanted: Key | undefined;
  readonly cancel: () => void;
}

export class WorkQueue<Key> {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #work: Work<Key>;
  readonly #failed: (error: unknown) => void;
  readonly #ready = new Map<string, Key>();
  readonly #active = new Set<string>();
  readonly #dirty = new Map<string, Key>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, () => void>();
  readonly #rests = new Map<string, Rest<Key>>();
  #paused = true;

  /** `work` must not reject: what it rejects with is a broken invariant and goes to `failed`. */
  constructor(options: {
    readonly clock: Clock;
    readonly concurrency: number;
    readonly work: Work<Key>;
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
    for (const { cancel } of this.#rests.values()) cancel();
    this.#rests.clear();
  }

  add(id: string, key: Key): void {
    const rest = this.#rests.get(id);
    if (this.#active.has(id)) this.#dirty.set(id, key);
    else if (rest !== undefined) rest.wanted = key;
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
    if (this.#ready.size > 0 || this.#active.size > 0) return false;
    return [...this.#rests.values()].every(({ wanted }) => wanted === undefined);
  }

  #pump(): void {
    if (this.#paused) return;
    for (const [id, key] of this.#ready) {
      if (this.#active.size >= this.#concurrency) return;
      this.#ready.delete(id);
      this.#active.add(id);
      const begunMs = this.#clock.steady();
      let busyMs = 0;
      const busy = (ms: number): void => {
        busyMs = ms;
      };
      this.#work(key, busy).then(
        (outcome) => this.#finish(id, key, outcome, { busyMs, lastedMs: this.#clock.steady() - begunMs }),
        (error: unknown) => this.#failed(error),
      );
    }
  }

  #finish(id: string, key: Key, outcome: WorkOutcome, took: Took): void {
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
    this.#dirty.delete(id);
    this.#rest(id, restMs(took, dirty !== undefined));
    if (dirty !== undefined) this.add(id, dirty);
    this.#pump();
  }

  #rest(id: string, durationMs: number): void {
    if (durationMs === 0) return;
    const cancel = this.#clock.after(durationMs, () => {
      const wanted = this.#rests.get(id)?.wanted;
      this.#rests.delete(id);
      if (wanted !== undefined) this.add(id, wanted);
    });
    this.#rests.set(id, { wanted: undefined, cancel });
  }
}

function restMs({ lastedMs, busyMs }: Took, wanted: boolean): number {
  const forWork = wanted && lastedMs >= longWorkMs ? Math.min(lastedMs, longWorkRestMaxMs) : 0;
  const forProcessor = busyMs >= longBusyMs ? busyMs * restPerBusyTime : 0;
  return Math.max(forWork, forProcessor);
}
