/** Does something again and again, each time a while after it was done the last time. */
import type { Clock } from '../core/ports.ts';

export class Periodic {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #run: () => Promise<void>;
  #cancelTimer: () => void = () => undefined;
  #stopped = false;

  /** `run` tells of what goes wrong itself: it never rejects. */
  constructor(clock: Clock, periodMs: number, run: () => Promise<void>) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#run = run;
  }

  /** The first time is one period from now. */
  start(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.after(this.#periodMs, () => void this.#run().then(() => this.start()));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }
}
