import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompactedError, FutureRevisionError } from '../core/ports.ts';
import type { StoreBatch, StoreEvent } from '../core/ports.ts';
import { keyOf } from './commit.ts';
import { replayTurnRevisions, watchBufferBytes, watchBufferEvents, assertRevision } from './limits.ts';

/** What a watch that starts, or has fallen, behind is served from. Reads are synchronous and of one snapshot. */
export interface History {
  /** The last revision that watchers may know of. */
  revision(): number;
  compacted(): number;
  /** All batches with a revision above `after` and at most `through`. */
  read(after: number, through: number): readonly StoreBatch[];
}

interface Subscriber {
  buffer: StoreBatch[];
  bufferedEvents: number;
  bufferedBytes: number;
  /** Set when the buffer overflowed: everything up to this revision has been handed out, the rest is in history. */
  fellBehindAt: number | undefined;
  wake: () => void;
}

/**
 * Fans commits out to watchers within the process. A watcher reads history until it is level with the store,
 * then hangs on in the same step, so that no revision falls between the two. Its buffer is bounded: when it
 * overflows, the buffer is dropped and the watcher goes back to reading history. (A buffer that is being handed
 * out is not counted any more, so a watcher holds twice the bound at most.)
 */
export class WatchHub {
  readonly #history: History;
  readonly #byPrefix = new Map<string, Set<Subscriber>>();
  #ended: Error | undefined;

  constructor(history: History) {
    this.#history = history;
  }

  /** Hands committed, durable batches to every watcher that is level. The cost is in prefixes, not in watchers. */
  publish(batches: readonly StoreBatch[]): void {
    for (const [prefix, subscribers] of this.#byPrefix) {
      for (const batch of batches) {
        const seen = under(prefix, batch);
        if (seen === undefined) continue;
        const bytes = bytesOf(seen);
        for (const subscriber of subscribers) enqueue(subscriber, seen, bytes);
      }
    }
  }

  /** Ends every watch, now and later, with `error`. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const subscribers of this.#byPrefix.values())
      for (const subscriber of subscribers) subscriber.wake();
  }

  async *watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<StoreBatch> {
    const { signal } = options;
    assertRevision(options.after);
    if (options.after > this.#history.revision()) {
      throw new FutureRevisionError(options.after, this.#history.revision());
    }
    const subscriber = newSubscriber();
    const onAbort = (): void => subscriber.wake();
    signal.addEventListener('abort', onAbort);
    try {
      let cursor = options.after;
      while (!signal.aborted) {
        yield* this.#replay(prefix, cursor, subscriber, signal);
        yield* this.#live(subscriber, signal);
        this.#detach(prefix, subscriber);
        cursor = subscriber.fellBehindAt ?? cursor;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#detach(prefix, subscriber);
    }
  }

  /**
   * Yields from history until level, and attaches the subscriber in the very step that read the last of it: there
   * must be no `await` or `yield` between the two, or a commit could slip through. From then on no compaction can take
   * the ground from a watcher that is slow to take what it was given.
   */
  async *#replay(
    prefix: string,
    after: number,
    subscriber: Subscriber,
    signal: AbortSignal,
  ): AsyncGenerator<StoreBatch> {
    let cursor = after;
    for (;;) {
      this.#assertOpen();
      const compacted = this.#history.compacted();
      if (cursor < compacted) throw new CompactedError(cursor, compacted);
      const revision = this.#history.revision();
      if (cursor === revision) {
        this.#attach(prefix, subscriber);
        return;
      }
      const through = Math.min(revision, cursor + replayTurnRevisions);
      const batches = this.#history.read(cursor, through);
      if (through === revision) this.#attach(prefix, subscriber);
      for (const batch of batches) {
        const seen = under(prefix, batch);
        if (seen !== undefined) yield seen;
        if (signal.aborted) return;
      }
      if (through === revision) return;
      cursor = through;
      await nextTurn();
    }
  }

  /** Yields what `publish` brings, until aborted or fallen behind. */
  async *#live(subscriber: Subscriber, signal: AbortSignal): AsyncGenerator<StoreBatch> {
    while (!signal.aborted && subscriber.fellBehindAt === undefined) {
      this.#assertOpen();
      if (subscriber.buffer.length === 0) {
        await new Promise<void>((resolve) => {
          subscriber.wake = resolve;
        });
        continue;
      }
      const batches = subscriber.buffer;
      clearBuffer(subscriber);
      yield* untilAborted(batches, signal);
    }
  }

  #attach(prefix: string, subscriber: Subscriber): void {
    subscriber.fellBehindAt = undefined;
    const subscribers = this.#byPrefix.get(prefix);
    if (subscribers === undefined) this.#byPrefix.set(prefix, new Set([subscriber]));
    else subscribers.add(subscriber);
  }

  #detach(prefix: string, subscriber: Subscriber): void {
    clearBuffer(subscriber);
    const subscribers = this.#byPrefix.get(prefix);
    subscribers?.delete(subscriber);
    if (subscribers?.size === 0) this.#byPrefix.delete(prefix);
  }

  #assertOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}

function newSubscriber(): Subscriber {
  return { buffer: [], bufferedEvents: 0, bufferedBytes: 0, fellBehindAt: undefined, wake: () => undefined };
}

function clearBuffer(subscriber: Subscriber): void {
  subscriber.buffer = [];
  subscriber.bufferedEvents = 0;
  subscriber.bufferedBytes = 0;
}

function enqueue(subscriber: Subscriber, batch: StoreBatch, bytes: number): void {
  if (subscriber.fellBehindAt !== undefined) return;
  subscriber.bufferedEvents += batch.events.length;
  subscriber.bufferedBytes += bytes;
  if (subscriber.bufferedEvents > watchBufferEvents || subscriber.bufferedBytes > watchBufferBytes) {
    subscriber.fellBehindAt = (subscriber.buffer[0] ?? batch).revision - 1;
    clearBuffer(subscriber);
  } else {
    subscriber.buffer.push(batch);
  }
  subscriber.wake();
}

function* untilAborted(batches: readonly StoreBatch[], signal: AbortSignal): Generator<StoreBatch> {
  for (const batch of batches) {
    if (signal.aborted) return;
    yield batch;
  }
}

/** The part of a batch under `prefix`; the batch itself where that is all of it, so that nothing is copied. */
function under(prefix: string, batch: StoreBatch): StoreBatch | undefined {
  const matches = (event: StoreEvent): boolean => keyOf(event).startsWith(prefix);
  if (batch.events.every(matches)) return batch;
  const events = batch.events.filter(matches);
  return events.length === 0 ? undefined : { revision: batch.revision, events };
}

function bytesOf(batch: StoreBatch): number {
  let bytes = 0;
  for (const event of batch.events) {
    bytes += event.previous?.value.byteLength ?? 0;
    if (event.type === 'put') bytes += event.record.value.byteLength;
  }
  return bytes;
}
