/**
 * What one host is to be told, and what it was told already: decides whether the next update is a change or the
 * whole state. Pure and synchronous; the link sends.
 *
 *   one update is in flight at a time; changes meanwhile gather and leave together
 *   a change builds on the last accepted generation; without one (new connection, refusal) the whole state goes
 */
import type {
  DesiredAccepted,
  DesiredEntry,
  DesiredRefused,
  DesiredUpdate,
} from '../../schemas/wire/messages.ts';

export interface DesiredChange {
  readonly upserts: readonly DesiredEntry[];
  readonly removes: readonly string[];
}

/** What to do about a refused update. */
export type RefusalVerdict = 'send-whole-state' | 'another-leads' | 'give-up';

interface InFlight {
  readonly generation: number;
  readonly whole: boolean;
}

export class DesiredOutbox {
  readonly #epoch: number;
  readonly #entries = new Map<string, DesiredEntry>();
  /** Keys that changed since the update in flight was taken, or since `#base` when none is. */
  readonly #changed = new Set<string>();
  /** Nothing is sent before the first change came: an empty state would end every pod of the host. */
  #known = false;
  #generation = 0;
  #base: number | null = null;
  #inFlight: InFlight | undefined;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** Takes a change over. The first one has to be the whole state. */
  change({ upserts, removes }: DesiredChange): void {
    this.#known = true;
    for (const key of removes) {
      if (this.#entries.delete(key)) this.#changed.add(key);
    }
    for (const entry of upserts) {
      if (this.#entries.get(entry.key) === entry) continue;
      this.#entries.set(entry.key, entry);
      this.#changed.add(entry.key);
    }
  }

  /** A new connection, to an agent that holds this. Whatever was in flight counts as lost. */
  connected(held: { readonly epoch: number; readonly generation: number }): void {
    this.#inFlight = undefined;
    this.#base = null;
    this.#skipPast(held);
  }

  /** The next update to send; undefined while one is in flight or nothing is to be said. */
  next(): DesiredUpdate | undefined {
    if (!this.#known || this.#inFlight !== undefined) return undefined;
    if (this.#base !== null && this.#changed.size === 0) return undefined;
    const whole = this.#base === null;
    const keys = [...(whole ? this.#entries.keys() : this.#changed)].sort();
    const upserts = keys.flatMap((key) => this.#entries.get(key) ?? []);
    const removes = whole ? [] : keys.filter((key) => !this.#entries.has(key));
    this.#changed.clear();
    this.#generation += 1;
    this.#inFlight = { generation: this.#generation, whole };
    return { epoch: this.#epoch, generation: this.#generation, base: this.#base, upserts, removes };
  }

  /** The agent has the update that was in flight on its disk. */
  accepted(answer: DesiredAccepted): void {
    if (this.#inFlight?.generation !== answer.generation) return;
    this.#base = answer.generation;
    this.#inFlight = undefined;
  }

  /** The agent did not take the update that was in flight. */
  refused(answer: DesiredRefused): RefusalVerdict {
    const wasWhole = this.#inFlight?.whole ?? false;
    this.#inFlight = undefined;
    this.#base = null;
    if (answer.reason === 'StaleEpoch' || answer.epoch > this.#epoch) return 'another-leads';
    this.#skipPast(answer);
    // The generation was too old for a whole state once is possible after a reconnect, twice is not.
    return wasWhole && answer.generation < this.#generation ? 'give-up' : 'send-whole-state';
  }

  /** An agent that holds a generation of this epoch takes only greater ones. */
  #skipPast(held: { readonly epoch: number; readonly generation: number }): void {
    if (held.epoch === this.#epoch && held.generation > this.#generation) this.#generation = held.generation;
  }
}
