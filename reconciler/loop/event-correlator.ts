/**
 * What becomes of an event before it is written, as client-go's EventCorrelator has it: many that are alike but for their
 * words become one, and who tells too much of one object is not listened to for a while. A ReplicaSet of ten thousand pods
 * has a few events, not ten thousand. What is known of sources is forgotten in the order in which they were last heard.
 */
import { BoundedMap } from '../core/model/bounded-map.ts';
import type { EventRecord } from '../core/model/plan.ts';
import { stableHash } from '../core/model/stable-hash.ts';

/** So many different messages of one reason within the interval, this one among them, and it is told as one of many. */
const messagesMax = 10;
const intervalMs = 600_000;
/** Events of one source and type about one object that are taken at once, and how fast more are. */
const burst = 25;
const msPerEvent = 300_000;
/** Sources and objects, and reasons of theirs, that are remembered. */
const rememberedMax = 4096;

/** An event that shall be written. */
export interface Correlated {
  /** Name of its object; equal events, and those told as one of many, have the same. */
  readonly name: string;
  readonly record: EventRecord;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

interface Alike {
  readonly messages: Set<string>;
  atMs: number;
}

export class EventCorrelator {
  readonly #buckets = new BoundedMap<string, Bucket>(rememberedMax);
  readonly #alike = new BoundedMap<string, Alike>(rememberedMax);

  /** Counts the event; undefined where it is one too many. */
  take(record: EventRecord, nowMs: number): Correlated | undefined {
    const together = this.#isOneOfMany(record, nowMs);
    if (!this.#mayTell(record, nowMs)) return undefined;
    if (!together) return { name: nameOf(record, record.message), record };
    const message = `(combined from similar events): ${record.message}`;
    return { name: nameOf(record, '(combined from similar events)'), record: { ...record, message } };
  }

  #isOneOfMany(record: EventRecord, nowMs: number): boolean {
    const key = `${sourceAndObject(record)}\0${record.reason}`;
    const known = this.#alike.get(key);
    const alike =
      known !== undefined && nowMs - known.atMs <= intervalMs
        ? known
        : { messages: new Set<string>(), atMs: 0 };
    alike.messages.add(record.message);
    alike.atMs = nowMs;
    this.#alike.set(key, alike);
    if (alike.messages.size < messagesMax) return false;
    // The set does not grow beyond what it takes to tell many from few.
    const [first = ''] = alike.messages;
    alike.messages.delete(first);
    return true;
  }

  #mayTell(record: EventRecord, nowMs: number): boolean {
    const key = sourceAndObject(record);
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) / msPerEvent);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function sourceAndObject({ source, type, about, aboutUid }: EventRecord): string {
  return [source, type, about.apiVersion, about.kind, about.namespace, about.name, aboutUid].join('\0');
}

function nameOf(record: EventRecord, message: string): string {
  const { about, aboutUid, fieldPath = '', type, reason, source } = record;
  const identity = [aboutUid, fieldPath, type, reason, message, source].join('\0');
  return `${about.name.slice(0, 236)}.${stableHash(identity)}`;
}
