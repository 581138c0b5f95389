/** Watches on etcd: one stream each, opened anew on the next endpoint where it breaks, without gap or repetition. */
import { setTimeout as pause } from 'node:timers/promises';
import { status as grpc } from '@grpc/grpc-js';
import { CompactedError, StoreFailedError, StoreUnavailableError } from '../../core/ports.ts';
import type { StoreBatch, StoreEvent } from '../../core/ports.ts';
import type { EtcdClient, EtcdStream } from './etcd-client.ts';
import { EtcdError, isUncertain, storeError } from './etcd-error.ts';
import type { EtcdKeys } from './etcd-keys.ts';
import { deleteEvent, type Event, type WatchResponse } from './etcd-messages.ts';

/** Between two attempts to open a stream. */
const reopenPauseMs = 200;

/**
 * How often etcd is asked how far a quiet watch has come: well below the minute after which history is compacted,
 * so that a watch that is opened anew need not go on from before that.
 */
const progressIntervalMs = 10_000;

/** A watch with a new token that is denied again is denied for good. */
const denialsMax = 2;

/** What a watch asks of its store. */
export interface WatchPorts {
  readonly client: EtcdClient;
  readonly keys: EtcdKeys;
  /** Whether the server answers requests for progress in order with events: 3.4.25, 3.5.8 and later do. */
  readonly progress: boolean;
  /** The store's revision now. */
  readonly revision: () => Promise<number>;
}

/** Every batch under `prefix` above `after`; ends with `signal`. */
export async function* watchEtcd(
  ports: WatchPorts,
  prefix: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StoreBatch> {
  let cursor = after;
  let denials = 0;
  while (!signal.aborted) {
    try {
      for await (const batch of watchOnce(ports, prefix, cursor, signal)) {
        cursor = batch.revision;
        denials = 0;
        yield batch;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const denied = error instanceof EtcdError && error.code === grpc.PERMISSION_DENIED;
      if (denied) denials++;
      if (!isUncertain(error) && !(denied && denials < denialsMax)) throw storeError(error);
    }
    if (signal.aborted) return;
    await pause(reopenPauseMs);
    await assertNotFallen(ports, cursor);
  }
}

/** An etcd that was restored from a backup would tell of other things under the same revisions. */
async function assertNotFallen(ports: WatchPorts, cursor: number): Promise<void> {
  try {
    const revision = await ports.revision();
    if (revision < cursor)
      throw new StoreFailedError(
        `etcd is at revision ${revision} but was at ${cursor} before: it lost what it had, or is another one`,
      );
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error; // The stream is tried again all the same.
  }
}

/** One stream until it breaks. Throws EtcdError, or what ends the watch for good. */
async function* watchOnce(
  { client, keys, progress }: WatchPorts,
  prefix: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StoreBatch> {
  const { stream, url } = await client.open('Watch');
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  // The listener stays when the iteration is over: a cancelled stream still reports its end as an error.
  stream.on('error', () => undefined);
  const asking = progress
    ? setInterval(() => stream.write({ progressRequest: {} }), progressIntervalMs)
    : undefined;
  try {
    if (signal.aborted) return;
    stream.write({
      createRequest: {
        ...keys.watched(prefix),
        startRevision: after + 1,
        progressNotify: true,
        prevKv: true,
        fragment: true,
      },
    });
    let last = after;
    for await (const response of whole(stream)) {
      if (response.canceled) throw canceled(response, after, client, url);
      for (const batch of batchesOf(response.events, keys)) {
        last = batch.revision;
        yield batch;
      }
      const told = !response.created && response.events.length === 0 ? response.header.revision : 0;
      if (told > last) {
        last = told;
        yield { revision: told, events: [] };
      }
    }
    throw client.streamError(new EtcdError(grpc.UNAVAILABLE, 'the watch ended', url), url);
  } catch (error) {
    throw error instanceof CompactedError ? error : client.streamError(error, url);
  } finally {
    clearInterval(asking);
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
}

function canceled(response: WatchResponse, after: number, client: EtcdClient, url: string): Error {
  if (response.compactRevision > 0) return new CompactedError(after, response.compactRevision);
  const denied = response.cancelReason.includes('permission denied');
  // A token that ran out is told in no other way.
  if (denied) client.forgetToken();
  const code = denied ? grpc.PERMISSION_DENIED : grpc.UNAVAILABLE;
  return new EtcdError(code, `the watch was ended: ${response.cancelReason}`, url);
}

/** etcd cuts a large response into messages, perhaps within one revision; these are put together again. */
async function* whole(stream: EtcdStream<'Watch'>): AsyncGenerator<WatchResponse> {
  let events: Event[] = [];
  for await (const message of stream as AsyncIterable<WatchResponse>) {
    if (message.fragment) {
      events = [...events, ...message.events];
      continue;
    }
    yield events.length === 0 ? message : { ...message, events: [...events, ...message.events] };
    events = [];
  }
}

/** etcd's events by the commit that they belong to. */
function batchesOf(events: readonly Event[], keys: EtcdKeys): readonly StoreBatch[] {
  const batches: { revision: number; events: StoreEvent[] }[] = [];
  for (const event of events) {
    const revision = event.kv.modRevision;
    const seen = keys.isHidden(event.kv.key) ? [] : [eventOf(event, keys)];
    const last = batches.at(-1);
    if (last?.revision === revision) last.events.push(...seen);
    else batches.push({ revision, events: seen });
  }
  return batches;
}

/** etcd leaves out what was before where that has been compacted meanwhile: such a watch is too far behind. */
function eventOf(event: Event, keys: EtcdKeys): StoreEvent {
  const previous = event.prevKv === null ? undefined : keys.record(event.prevKv);
  const revision = event.kv.modRevision;
  if (event.type === deleteEvent) {
    if (previous === undefined) throw new CompactedError(revision - 1, revision);
    return { type: 'delete', key: keys.name(event.kv.key), modRevision: revision, previous };
  }
  const record = keys.record(event.kv);
  if (previous !== undefined) return { type: 'put', record, previous };
  if (record.version > 1) throw new CompactedError(revision - 1, revision);
  return { type: 'put', record };
}

/** Where history begins, asked with a watch: etcd tells it nowhere else. `revision` is one that is compacted. */
export async function oldestRevision(client: EtcdClient, keys: EtcdKeys, revision: number): Promise<number> {
  const { stream, url } = await client.open('Watch', askTimeoutMs);
  stream.on('error', () => undefined);
  try {
    stream.write({
      createRequest: {
        key: keys.hidden(''),
        startRevision: Math.max(revision, 1),
        progressNotify: false,
        prevKv: false,
        fragment: false,
      },
    });
    for await (const { canceled, compactRevision } of stream as AsyncIterable<WatchResponse>)
      if (canceled) return compactRevision;
    throw new EtcdError(grpc.UNAVAILABLE, 'the watch ended', url);
  } catch (error) {
    throw client.streamError(error, url);
  } finally {
    stream.cancel();
  }
}

const askTimeoutMs = 5_000;
