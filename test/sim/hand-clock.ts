/** A clock that moves when a test moves it, and a log that nobody reads. */
import type { Clock, Logger } from '../../reconciler/core/ports.ts';

/** 2026-01-01T00:00:00Z. */
export const startMs = 1_767_225_600_000;

const ignore = (): void => undefined;
export const quiet: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** With everything in memory, what can happen has happened when the microtasks are over. */
export const settled = (): Promise<void> => new Promise((resume) => setImmediate(resume));

export class HandClock implements Clock {
  #now = startMs;
  /** How far the wall clock was set off. */
  #set = 0;
  readonly #timers = new Set<{ at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  steady(): number {
    return this.#now - this.#set;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass in steps of a second at most, with whatever is due in each. */
  async pass(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end; ) {
      this.#now = Math.min(end, this.#now + 1000);
      await this.#runDue();
    }
  }

  /** The wall clock is set to another time; timers run by the time that passes, as the kernel's do. */
  async step(ms: number): Promise<void> {
    this.#now += ms;
    this.#set += ms;
    for (const timer of this.#timers) timer.at += ms;
    await settled();
  }

  async #runDue(): Promise<void> {
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.run();
    }
    await settled();
  }
}
