/** Numbers that one seed decides, in the order in which they are drawn. */
import { mix } from '../../../reconciler/core/model/seeded-suffix.ts';
import type { Random } from '../../../reconciler/core/ports.ts';

export class SeededRandom implements Random {
  readonly #seed: number;
  #draws = 0;
  #forks = 0;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  /** A series of its own: what one part draws does not change what another one gets. */
  fork(): SeededRandom {
    return new SeededRandom(mix(this.#seed ^ 0x5f3759df, this.#forks++));
  }

  next(): number {
    return mix(this.#seed, this.#draws++) / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of the list; throws where it is empty. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('there is nothing to pick from');
    return list[this.below(list.length)] as T;
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () =>
      this.below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
    const variant = '89ab'[this.below(4)] ?? '8';
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
