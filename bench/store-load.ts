/** Loads that are put on a store: writers that compare, readers, ranges; each for a while, counted. */
import { keyPrefix, type Peer } from './store-peers.ts';

export const valueBytes = 1024;

export interface Load {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

export function keyOf(index: number): string {
  return `${keyPrefix}${String(index).padStart(7, '0')}`;
}

/** A value that does not compress and differs from the one before. */
export function valueOf(seed: number): Uint8Array {
  const value = new Uint8Array(valueBytes);
  for (let index = 0, state = seed + 1; index < valueBytes; index++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    value[index] = state >>> 16;
  }
  return value;
}

/** Values are made beforehand: making them is not what is measured. */
const values = Array.from({ length: 64 }, (_, seed) => valueOf(seed));

/** So many at once call again and again until the time is over. */
export async function runFor(
  durationMs: number,
  atOnce: number,
  call: (worker: number, turn: number) => Promise<unknown>,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const began = performance.now();
  const end = began + durationMs;
  const worker = async (index: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const started = performance.now();
      if (started >= end) return;
      await call(index, turn);
      latenciesMs.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => worker(index)));
  return { perSecond: (latenciesMs.length / (performance.now() - began)) * 1000, latenciesMs };
}

/** Writers update keys of their own, comparing on the mod revision that they know. */
export class Writers {
  readonly #peer: Peer;
  readonly #revisions: number[];

  constructor(peer: Peer, keys: number) {
    this.#peer = peer;
    this.#revisions = new Array<number>(keys).fill(0);
  }

  async fill(atOnce: number): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < this.#revisions.length; index = next++) await this.#put(index, index);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  async run(durationMs: number, writers: number): Promise<Load> {
    const share = Math.floor(this.#revisions.length / writers);
    return runFor(durationMs, writers, (writer, turn) =>
      this.#put(writer * share + ((turn * 7919) % share), turn + writer),
    );
  }

  async #put(index: number, seed: number): Promise<void> {
    const value = values[seed % values.length] ?? valueOf(seed);
    this.#revisions[index] = await this.#peer.put(keyOf(index), value, this.#revisions[index] ?? 0);
  }
}
