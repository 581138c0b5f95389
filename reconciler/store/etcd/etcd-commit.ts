/** A commit as one transaction of etcd's, made exactly once although its answer may be lost. */
import { randomUUID } from 'node:crypto';
import { StoreLimitError, StoreUnavailableError } from '../../core/ports.ts';
import type { CommitResult, StoreConflict, StoreWrite } from '../../core/ports.ts';
import { type EtcdClient, patienceMs } from './etcd-client.ts';
import { isLeaseGone, isUncertain, storeError } from './etcd-error.ts';
import type { EtcdKeys } from './etcd-keys.ts';
import { modRevisionIs, type RequestOp, type TxnRequest, type TxnResponse } from './etcd-messages.ts';
import type { Marker, Markers } from './markers.ts';

type Compared = StoreWrite & { readonly expected: number };

/** One attempt: the marker and the value by which it can be told from all others, where it surely writes. */
interface Attempt {
  readonly marker: Marker;
  readonly value: Uint8Array;
  readonly lease: number;
}

export class EtcdCommits {
  readonly #client: EtcdClient;
  readonly #keys: EtcdKeys;
  readonly #markers: Markers;

  constructor(client: EtcdClient, keys: EtcdKeys, markers: Markers) {
    this.#client = client;
    this.#keys = keys;
    this.#markers = markers;
  }

  /** `writes` is not empty and was checked. Rejects as the port says. */
  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    if (!surelyWrites(writes)) return this.#commitUnmarked(writes);
    const marker = this.#markers.take();
    try {
      const result = await this.#commitMarked(writes, marker);
      this.#markers.release(marker);
      return result;
    } catch (error) {
      // After an open outcome the marker may still change: it is left to its lease.
      const open = error instanceof StoreUnavailableError && error.written === 'unknown';
      if (!open) this.#markers.release(marker);
      throw error;
    }
  }

  async #commitMarked(writes: readonly StoreWrite[], marker: Marker): Promise<CommitResult> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const value = Buffer.from(randomUUID());
      try {
        const attempt: Attempt = { marker, value, lease: await this.#lease() };
        const response = await this.#client.call('Txn', this.#transaction(writes, attempt));
        const result = this.#resultOf(writes, response, marker);
        if (result !== undefined) return result;
      } catch (error) {
        if (isLeaseGone(error)) this.#markers.leaseGone();
        else if (!isUncertain(error)) throw refusal(error, writes);
        else {
          const verdict = await this.#markers.verdict(marker, value);
          if (verdict.type === 'made') return { ok: true, revision: verdict.revision };
          if (performance.now() >= deadline) throw storeError(error);
        }
      }
    }
  }

  /** Checks, and deletions that may find nothing: a marker would make a revision of what is none. */
  async #commitUnmarked(writes: readonly StoreWrite[]): Promise<CommitResult> {
    const request = this.#transaction(writes, undefined);
    const deletes = writes.some((write) => write.type === 'delete' && write.expected === undefined);
    try {
      const response = deletes
        ? await this.#client.call('Txn', request)
        : await this.#client.read('Txn', request);
      const result = this.#resultOf(writes, response, undefined);
      if (result === undefined) throw new TypeError('a transaction without a marker failed for its marker');
      return result;
    } catch (error) {
      if (!deletes || !isUncertain(error)) throw refusal(error, writes);
      throw new StoreUnavailableError(
        'unknown',
        `whether the deletion was made cannot be found out, perhaps it was: ${error.message}`,
      );
    }
  }

  /** A lease that cannot be had is no open outcome: nothing was sent yet. */
  async #lease(): Promise<number> {
    try {
      return await this.#markers.lease();
    } catch (error) {
      throw storeError(error);
    }
  }

  #transaction(writes: readonly StoreWrite[], attempt: Attempt | undefined): TxnRequest {
    const compared = writes.filter(isCompared);
    const compare = compared.map(({ key, expected }) => modRevisionIs(this.#keys.key(key), expected));
    const success = writes.flatMap((write) => this.#operations(write));
    const failure = compared.map(
      ({ key }): RequestOp => ({ requestRange: { key: this.#keys.key(key), keysOnly: true } }),
    );
    if (attempt === undefined) return { compare, success, failure };
    const { marker, value, lease } = attempt;
    return {
      compare: [...compare, modRevisionIs(marker.key, marker.modRevision)],
      success: [...success, { requestPut: { key: marker.key, value, lease } }],
      failure: [...failure, { requestRange: { key: marker.key, keysOnly: true } }],
    };
  }

  #operations(write: StoreWrite): readonly RequestOp[] {
    const key = this.#keys.key(write.key);
    switch (write.type) {
      case 'put':
        return [{ requestPut: { key, value: write.value } }];
      case 'delete':
        return write.expected === 0 ? [] : [{ requestDeleteRange: { key } }];
      case 'check':
        return [];
    }
  }

  /** Undefined where only the marker was not as known: then another attempt is due. */
  #resultOf(
    writes: readonly StoreWrite[],
    response: TxnResponse,
    marker: Marker | undefined,
  ): CommitResult | undefined {
    const { revision } = response.header;
    if (response.succeeded) {
      if (marker !== undefined) marker.modRevision = revision;
      return { ok: true, revision };
    }
    const compared = writes.filter(isCompared);
    const actual = response.responses.map((one) => one.responseRange?.kvs[0]?.modRevision ?? 0);
    if (marker !== undefined) marker.modRevision = actual[compared.length] ?? 0;
    const conflicts: StoreConflict[] = compared.flatMap(({ key, expected }, index) =>
      actual[index] === expected ? [] : [{ key, expected, actual: actual[index] ?? 0 }],
    );
    return conflicts.length === 0 ? undefined : { ok: false, revision, conflicts };
  }
}

function isCompared(write: StoreWrite): write is Compared {
  return write.expected !== undefined;
}

/** A put always is an event, and a deletion whose compare on an existing key holds. */
function surelyWrites(writes: readonly StoreWrite[]): boolean {
  return writes.some(
    ({ type, expected }) => type === 'put' || (type === 'delete' && expected !== undefined && expected > 0),
  );
}

/** etcd names one bound for a large value and for many that are large together; the port has two. */
function refusal(error: unknown, writes: readonly StoreWrite[]): Error {
  const found = storeError(error);
  const puts = writes.filter((write) => write.type === 'put').length;
  if (found instanceof StoreLimitError && found.limit === 'value' && puts > 1)
    return new StoreLimitError('writes', found.message);
  return found;
}
