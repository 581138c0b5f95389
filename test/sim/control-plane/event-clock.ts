/**
 * Virtual time and everything that happens in it: an event at a time, in an order that the seed decides where several
 * are due at once. Between two events all that can go on without time passing has gone on.
 */
import type { Clock } from '../../../reconciler/core/ports.ts';
import { startMs } from '../hand-clock.ts';
import type { SeededRandom } from './seeded-random.ts';

interface Timed {
  readonly atMs: number;
  /** Drawn: decides between events of one moment. */
  readonly order: number;
  readonly sequence: number;
  run: (() => void) | undefined;
}

export class EventClock implements Clock {
  readonly #random: SeededRandom;
  readonly #heap: Timed[] = [];
  #steadyMs = 0;
  /** How far the wall clock was set off. */
  #setMs = 0;
  #sequence = 0;
  /** Events that ran. */
  events = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  now(): number {
    return startMs + this.#steadyMs + this.#setMs;
  }

  steady(): number {
    return this.#steadyMs;
  }

  after(delayMs: number, run: () => void): () => void {
    // Whole milliseconds, as clocks of machines give them.
    const atMs = this.#steadyMs + Math.max(0, Math.round(delayMs));
    const timed: Timed = { atMs, order: this.#random.next(), sequence: this.#sequence++, run };
    this.#push(timed);
    return () => {
      timed.run = undefined;
    };
  }

  /** Somebody sets the wall clock; what waits goes on waiting as long as it would have. */
  set(byMs: number): void {
    this.#setMs += byMs;
  }

  /** Runs the next event that is due by `untilMs` of steady time; false where there is none: then it is `untilMs`. */
  async step(untilMs: number): Promise<boolean> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      if (next.run === undefined) continue;
      this.#steadyMs = Math.max(this.#steadyMs, next.atMs);
      this.events += 1;
      next.run();
      await quiet();
      return true;
    }
    this.#steadyMs = Math.max(this.#steadyMs, untilMs);
    return false;
  }

  #push(timed: Timed): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timed);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Timed;
      if (!isBefore(timed, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timed;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Timed)) child += 1;
      const below = heap[child] as Timed;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

/** Resolves when all promises have run that can. */
export const quiet = (): Promise<void> => new Promise((resume) => setImmediate(resume));

function isBefore(one: Timed, other: Timed): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  return one.order === other.order ? one.sequence < other.sequence : one.order < other.order;
}
