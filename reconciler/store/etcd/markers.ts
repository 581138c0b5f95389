/**
 * How a commit whose answer was lost is found out about. Each commit that writes also puts a marker, a hidden key, to
 * a value of its own, on condition that the marker is as the commit before left it. When no answer comes, the marker
 * is fenced: put to yet another value on the same condition. Either that works, and then the commit was not made and
 * can no longer be; or the marker holds the commit's value, and then it was. A marker serves one commit at a time.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailableError } from '../../core/ports.ts';
import { type EtcdClient, patienceMs } from './etcd-client.ts';
import { isLeaseGone, isUncertain, storeError } from './etcd-error.ts';
import type { EtcdKeys } from './etcd-keys.ts';
import { keepAliveOnce, newLeaseId } from './etcd-lease.ts';
import { modRevisionIs } from './etcd-messages.ts';

/** Markers of a process that is gone are removed after so long; one that lives renews them well before. */
const leaseSeconds = 900;
const renewalMs = 180_000;
const renewalTimeoutMs = 10_000;
const retryPauseMs = 200;

export interface Marker {
  readonly key: Uint8Array;
  /** Its mod revision as far as known. */
  modRevision: number;
}

/** What became of a commit without an answer. */
export type Verdict =
  | { readonly type: 'made'; readonly revision: number }
  | { readonly type: 'not made, and never will be' };

export class Markers {
  readonly #client: EtcdClient;
  readonly #keys: EtcdKeys;
  readonly #owner = randomUUID();
  readonly #free: Marker[] = [];
  #count = 0;
  #closed = false;
  #lease: Promise<number> | undefined;
  #renewal: NodeJS.Timeout | undefined;

  constructor(client: EtcdClient, keys: EtcdKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  take(): Marker {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#count++;
    return { key: this.#keys.hidden(`commit/${this.#owner}/${this.#count}`), modRevision: 0 };
  }

  /** For the next commit. One whose state is unknown must not come back. */
  release(marker: Marker): void {
    this.#free.push(marker);
  }

  /** The lease that every marker is put under. */
  lease(): Promise<number> {
    this.#lease ??= this.#grant().catch((error: unknown) => {
      this.#lease = undefined;
      throw error;
    });
    return this.#lease;
  }

  /** etcd does not know the lease any more: the next commit gets a new one. */
  leaseGone(): void {
    this.#lease = undefined;
  }

  /** Finds out what became of the commit that put `marker` to `value`. Rejects where that cannot be known. */
  async verdict(marker: Marker, value: Uint8Array): Promise<Verdict> {
    const deadline = performance.now() + patienceMs;
    const fence = Buffer.from(randomUUID());
    for (;;) {
      try {
        return await this.#fence(marker, value, fence);
      } catch (error) {
        if (isLeaseGone(error)) this.leaseGone();
        else if (!isUncertain(error)) throw storeError(error);
        if (performance.now() >= deadline) throw unknown((error as Error).message);
        await pause(retryPauseMs);
      }
    }
  }

  /** The markers stay until their lease runs out: taking them away now would only make a revision more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#renewal);
  }

  async #fence(marker: Marker, value: Uint8Array, fence: Uint8Array): Promise<Verdict> {
    const { key, modRevision } = marker;
    const response = await this.#client.call('Txn', {
      compare: [modRevisionIs(key, modRevision)],
      success: [{ requestPut: { key, value: fence, lease: await this.lease() } }],
      failure: [{ requestRange: { key } }],
    });
    if (response.succeeded) {
      marker.modRevision = response.header.revision;
      return { type: 'not made, and never will be' };
    }
    const found = response.responses[0]?.responseRange?.kvs[0];
    if (found === undefined) throw unknown('its marker is gone');
    marker.modRevision = found.modRevision;
    if (Buffer.compare(found.value, value) === 0) return { type: 'made', revision: found.modRevision };
    // An earlier attempt to fence, the answer of which was lost as well.
    if (Buffer.compare(found.value, fence) === 0) return { type: 'not made, and never will be' };
    throw unknown('its marker holds what nobody put there');
  }

  async #grant(): Promise<number> {
    const { id } = await this.#client.read('LeaseGrant', { id: newLeaseId(), ttl: leaseSeconds });
    this.#renew(id);
    return id;
  }

  #renew(id: number): void {
    clearTimeout(this.#renewal);
    if (this.#closed) return;
    this.#renewal = setTimeout(() => {
      keepAliveOnce(this.#client, id, renewalTimeoutMs).then(
        (secondsLeft) => (secondsLeft > 0 ? this.#renew(id) : this.leaseGone()),
        () => this.#renew(id), // Four times before it is too late; and then etcd says so.
      );
    }, renewalMs);
    this.#renewal.unref();
  }
}

function unknown(why: string): StoreUnavailableError {
  return new StoreUnavailableError(
    'unknown',
    `whether the commit was made cannot be found out, perhaps it was: ${why}`,
  );
}
