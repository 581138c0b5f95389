import assert from 'node:assert/strict';
import type {
  CommitResult,
  Store,
  StoreBatch,
  StoreEvent,
  StoreRecord,
  StoreWrite,
} from '../../reconciler/core/ports.ts';

/** How the contract suite gets at one implementation of the store. */
export interface StoreFactory {
  readonly name: string;
  /** Whether trials can be reopened. */
  readonly durable: boolean;
  /** Whether calls take effect in the order in which they are made, also where they touch different keys. */
  readonly ordered: boolean;
  /** An empty store, and what to do when done with it. */
  open(): Promise<StoreTrial>;
}

export interface StoreTrial {
  readonly store: Store;
  /** Closes the store and opens it again on the same disk. Absent where there is no disk. */
  reopen?(): Promise<Store>;
  dispose(): Promise<void>;
}

/** Title to test: each gets an empty store of its own, and may open more. */
export type StoreCases = Readonly<
  Record<string, (trial: StoreTrial, factory: StoreFactory) => Promise<void>>
>;

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

export function put(key: string, value: string, expected?: number): StoreWrite {
  const write = { type: 'put', key, value: bytes(value) } as const;
  return expected === undefined ? write : { ...write, expected };
}

export function remove(key: string, expected?: number): StoreWrite {
  return expected === undefined ? { type: 'delete', key } : { type: 'delete', key, expected };
}

/** Commits what must not conflict; the revision. */
export async function commit(store: Store, ...writes: readonly StoreWrite[]): Promise<number> {
  const result = await store.commit(writes);
  assert.ok(result.ok, `conflict: ${JSON.stringify(result)}`);
  return result.revision;
}

export async function conflicting(
  store: Store,
  ...writes: readonly StoreWrite[]
): Promise<CommitResult & { ok: false }> {
  const result = await store.commit(writes);
  assert.ok(!result.ok, 'the commit should have conflicted');
  return result;
}

/** A record as one line: key=value create/mod/version. */
export function line(record: StoreRecord | undefined): string {
  if (record === undefined) return 'absent';
  return `${record.key}=${text(record.value)} ${record.createRevision}/${record.modRevision}/${record.version}`;
}

/** A batch as one line: the revision, then each event with what was before in brackets. */
export function batchLine(batch: StoreBatch): string {
  return `${batch.revision}: ${batch.events.map(eventLine).join(', ')}`;
}

function eventLine(event: StoreEvent): string {
  if (event.type === 'delete') return `-${event.key}@${event.modRevision} [${line(event.previous)}]`;
  return `+${line(event.record)} [${line(event.previous)}]`;
}

/** Every key under `prefix` as lines. */
export async function lines(store: Store, prefix: string, revision?: number): Promise<readonly string[]> {
  const list = await store.list(prefix, revision === undefined ? {} : { revision });
  return list.records.map(line);
}

/** The first `count` batches with events that a watch brings, as lines. */
export async function watched(
  store: Store,
  prefix: string,
  after: number,
  count: number,
): Promise<readonly string[]> {
  const abort = new AbortController();
  const seen: string[] = [];
  if (count === 0) abort.abort();
  for await (const batch of store.watch(prefix, { after, signal: abort.signal })) {
    if (batch.events.length === 0) continue;
    seen.push(batchLine(batch));
    if (seen.length === count) abort.abort();
  }
  return seen;
}
