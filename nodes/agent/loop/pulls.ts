/** Pulls of images: one per image at a time, however many pods ask for it. */
import type { Runtime } from '../core/ports.ts';
import type { Image } from '../core/runtime-model.ts';
import { Slots } from './slots.ts';

/** Registries and the disk are shared: the kubelet's default is one, a second hides the latency of the first. */
const parallelPullsMax = 2;

export interface Pulled {
  readonly image: Image;
  readonly durationMs: number;
}

export class Pulls {
  readonly #runtime: Runtime;
  readonly #now: () => number;
  readonly #signal: AbortSignal;
  readonly #onPulled: () => void;
  readonly #slots = new Slots(parallelPullsMax);
  readonly #running = new Map<string, Promise<Pulled>>();

  constructor(runtime: Runtime, now: () => number, signal: AbortSignal, onPulled: () => void) {
    this.#runtime = runtime;
    this.#now = now;
    this.#signal = signal;
    this.#onPulled = onPulled;
  }

  pull(name: string): Promise<Pulled> {
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    const pull = this.#start(name).finally(() => this.#running.delete(name));
    this.#running.set(name, pull);
    return pull;
  }

  async #start(name: string): Promise<Pulled> {
    const startedMs = this.#now();
    const image = await this.#slots.use(false, () => this.#runtime.pull(name, this.#signal));
    this.#onPulled();
    return { image, durationMs: this.#now() - startedMs };
  }
}
