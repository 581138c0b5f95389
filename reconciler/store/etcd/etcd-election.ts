/**
 * Election by lease: who creates the holder's key leads until its lease runs out or is given back. `/leader` stays and
 * counts the epochs, as it does in every store; `/leader/holder` goes with the lease, and is what commits check.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailableError } from '../../core/ports.ts';
import type { LeaderElection, Leadership, Store } from '../../core/ports.ts';
import type { EtcdClient } from './etcd-client.ts';
import { isLeaseGone, isUncertain, storeError } from './etcd-error.ts';
import type { EtcdKeys } from './etcd-keys.ts';
import { keepAliveOnce, newLeaseId } from './etcd-lease.ts';
import { modRevisionIs } from './etcd-messages.ts';

const epochKey = '/leader';
const holderKey = '/leader/holder';

/**
 * How long a leader that says nothing leads on. Short, since nothing is reconciled meanwhile; long enough for a pause
 * of a busy machine, or an election of etcd's, which takes a second or two. etcd grants no less than 2 s.
 */
const leaseSecondsDefault = 5;

/** Renewals in the time of one lease: three may fail before it runs out. */
const renewalsPerLease = 4;
const retryPauseMs = 200;
/** How long a candidate waits at most before it looks for itself whether there is a leader. */
const lookIntervalMs = 5_000;
/** To give a lease back: who cannot lets it run out. */
const resignTimeoutMs = 2_000;

export interface Candidate {
  readonly identity: string;
  readonly leaseSeconds?: number;
}

interface ElectionPorts {
  readonly client: EtcdClient;
  readonly keys: EtcdKeys;
  readonly store: Store;
}

/** What the holder's key says. */
interface Holder {
  readonly identity: string;
  readonly epoch: number;
}

export class EtcdElection implements LeaderElection {
  readonly identity: string;
  readonly #ports: ElectionPorts;
  readonly #leaseSeconds: number;

  constructor(ports: ElectionPorts, candidate: Candidate) {
    this.#ports = ports;
    this.identity = candidate.identity;
    this.#leaseSeconds = candidate.leaseSeconds ?? leaseSecondsDefault;
  }

  async leader(): Promise<string | undefined> {
    const record = await this.#ports.store.get(holderKey);
    return record === undefined
      ? undefined
      : (JSON.parse(Buffer.from(record.value).toString()) as Holder).identity;
  }

  async campaign(signal: AbortSignal): Promise<Leadership> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const won = await this.#attempt();
        if (won !== undefined) return won;
        await this.#vacant(signal);
      } catch (error) {
        const passes = isUncertain(error) || isLeaseGone(error) || error instanceof StoreUnavailableError;
        if (!passes) throw storeError(error);
        await pause(retryPauseMs);
      }
    }
  }

  /** Tries to take the lead; undefined where another has it. Rejects with EtcdError, leading or not: look again. */
  async #attempt(): Promise<Leadership | undefined> {
    const { client, keys, store } = this.#ports;
    if ((await store.get(holderKey)) !== undefined) return undefined;
    const former = await store.get(epochKey);
    const epoch = former === undefined ? 1 : Number(Buffer.from(former.value).toString()) + 1;
    if (!Number.isSafeInteger(epoch)) throw new Error(`the store's ${epochKey} holds no epoch`);
    const askedAtMs = performance.now();
    const { id: lease } = await client.call('LeaseGrant', { id: newLeaseId(), ttl: this.#leaseSeconds });
    const holder = keys.key(holderKey);
    const value: Holder = { identity: this.identity, epoch };
    try {
      const response = await client.call('Txn', {
        compare: [modRevisionIs(holder, 0), modRevisionIs(keys.key(epochKey), former?.modRevision ?? 0)],
        success: [
          { requestPut: { key: keys.key(epochKey), value: Buffer.from(String(epoch)) } },
          { requestPut: { key: holder, value: Buffer.from(JSON.stringify(value)), lease } },
        ],
        failure: [],
      });
      if (response.succeeded)
        return this.#term({ lease, epoch, modRevision: response.header.revision, askedAtMs });
    } catch (error) {
      // Without its lease the key cannot be, whatever became of the transaction.
      await this.#revoke(lease);
      throw error;
    }
    await this.#revoke(lease);
    return undefined;
  }

  #term(won: {
    readonly lease: number;
    readonly epoch: number;
    readonly modRevision: number;
    readonly askedAtMs: number;
  }): Leadership {
    const over = new AbortController();
    const { lease, epoch, modRevision } = won;
    void this.#renew(lease, won.askedAtMs, over).finally(() => over.abort());
    void this.#watchHolder(modRevision, over).finally(() => over.abort());
    return {
      key: holderKey,
      modRevision,
      epoch,
      lost: over.signal,
      resign: async () => {
        over.abort();
        await this.#revoke(lease);
      },
    };
  }

  /**
   * Renews the lease until it is lost. It counts from when a renewal was asked for, which is no later than when etcd
   * counts from: so a term is over here before another's can begin, and at once after a sleep of the process.
   */
  async #renew(lease: number, askedAtMs: number, over: AbortController): Promise<void> {
    const leaseMs = this.#leaseSeconds * 1000;
    const intervalMs = leaseMs / renewalsPerLease;
    let endsAtMs = askedAtMs + leaseMs;
    const watchdog = setInterval(() => {
      if (performance.now() >= endsAtMs) over.abort();
    }, intervalMs / renewalsPerLease);
    try {
      while (!over.signal.aborted) {
        await pause(intervalMs, undefined, { signal: over.signal });
        const sentAtMs = performance.now();
        try {
          const secondsLeft = await keepAliveOnce(this.#ports.client, lease, intervalMs);
          if (secondsLeft <= 0) return;
          if (performance.now() < endsAtMs) endsAtMs = sentAtMs + leaseMs;
        } catch (error) {
          if (!isUncertain(error)) return;
        }
      }
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      clearInterval(watchdog);
    }
  }

  /** Ends when the holder's key is not this term's any more, whoever took it away. */
  async #watchHolder(modRevision: number, over: AbortController): Promise<void> {
    try {
      const options = { after: modRevision, signal: over.signal };
      for await (const { events } of this.#ports.store.watch(holderKey, options))
        if (events.length > 0) return;
    } catch {
      // A watch that cannot go on proves nothing any more: the term ends, and the next campaign meets the reason.
    }
  }

  /** Resolves when there may be no leader any more. */
  async #vacant(signal: AbortSignal): Promise<void> {
    const { store } = this.#ports;
    const revision = await store.revision();
    if ((await store.get(holderKey, { revision })) === undefined) return;
    const enough = AbortSignal.any([signal, AbortSignal.timeout(lookIntervalMs)]);
    for await (const { events } of store.watch(holderKey, { after: revision, signal: enough }))
      if (events.some((event) => event.type === 'delete')) return;
  }

  async #revoke(lease: number): Promise<void> {
    // What cannot be revoked runs out.
    await this.#ports.client.call('LeaseRevoke', { id: lease }, resignTimeoutMs).catch(() => undefined);
  }
}
