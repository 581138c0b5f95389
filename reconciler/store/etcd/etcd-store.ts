/**
 * The store on etcd, for several reconcilers at once. Revisions are etcd's own, so they count what others write to the
 * same etcd as well, and a new etcd is at 1: give Berth an etcd of its own.
 */
import {
  CompactedError,
  FutureRevisionError,
  StoreClosedError,
  StoreLimitError,
  StoreUnavailableError,
} from '../../core/ports.ts';
import type {
  CommitResult,
  LeaderElection,
  Logger,
  Store,
  StoreBatch,
  StoreList,
  StoreRecord,
  StoreWrite,
} from '../../core/ports.ts';
import { assertPageLimit, assertRevision, assertWrites, listTurnRecords } from '../limits.ts';
import { EtcdClient, type EtcdClientOptions } from './etcd-client.ts';
import { EtcdCommits } from './etcd-commit.ts';
import { type Candidate, EtcdElection } from './etcd-election.ts';
import { isCompacted, isFuture, storeError } from './etcd-error.ts';
import { EtcdKeys } from './etcd-keys.ts';
import type { EtcdRequests, EtcdResponses } from './etcd-messages.ts';
import { answersProgress, isTrusted } from './etcd-version.ts';
import { oldestRevision, watchEtcd } from './etcd-watch.ts';
import { KeyTurns } from './key-turns.ts';
import { Markers } from './markers.ts';

/** Commits that run or wait at once; etcd itself takes some thousands before it refuses. */
const commitsMax = 2_000;

const prefixDefault = '/berth';

export interface EtcdStoreOptions extends EtcdClientOptions {
  /** What every key of Berth's begins with in etcd. */
  readonly prefix?: string;
  /** Works with an etcd that lacks fixes of lost events and wrong revisions: for tests alone. */
  readonly allowOldServer?: boolean;
  readonly logger?: Logger;
}

export interface EtcdStore extends Store {
  /** The election of the reconciler that leads among all on this etcd and prefix. */
  election(candidate: Candidate): LeaderElection;
}

/**
 * Connects to etcd. Rejects where no endpoint answers, the name or password is refused, or a server is older than
 * what Berth trusts.
 */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<EtcdStore> {
  const client = new EtcdClient(options);
  try {
    const versions = await knownVersions(client);
    const old = versions.filter((version) => !isTrusted(version));
    if (old.length > 0 && options.allowOldServer !== true)
      throw new Error(
        `etcd ${old.join(', ')} is too old: it may lose events or revisions; use 3.5.28, 3.6.9 or later`,
      );
    const keys = new EtcdKeys(options.prefix ?? prefixDefault);
    const progress = versions.every(answersProgress);
    options.logger?.info('etcd opened', { endpoints: client.endpoints, versions });
    return new OpenEtcdStore(client, keys, progress);
  } catch (error) {
    client.close();
    throw error;
  }
}

async function knownVersions(client: EtcdClient): Promise<readonly string[]> {
  const answers = await client.versions();
  const versions = answers.filter((answer) => typeof answer === 'string');
  if (versions.length > 0) return versions;
  const reasons = answers.map((answer) => (answer instanceof Error ? answer.message : answer));
  throw new StoreUnavailableError('nothing', `no etcd endpoint can be used: ${reasons.join('; ')}`);
}

class OpenEtcdStore implements EtcdStore {
  readonly #client: EtcdClient;
  readonly #keys: EtcdKeys;
  readonly #progress: boolean;
  readonly #markers: Markers;
  readonly #commits: EtcdCommits;
  readonly #turns = new KeyTurns();
  /** Lists that may still be reading: compaction lets them finish. */
  readonly #lists = new Set<Promise<unknown>>();
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(client: EtcdClient, keys: EtcdKeys, progress: boolean) {
    this.#client = client;
    this.#keys = keys;
    this.#progress = progress;
    this.#markers = new Markers(client, keys);
    this.#commits = new EtcdCommits(client, keys, this.#markers);
  }

  election(candidate: Candidate): LeaderElection {
    return new EtcdElection({ client: this.#client, keys: this.#keys, store: this }, candidate);
  }

  async get(key: string, options: { readonly revision?: number } = {}): Promise<StoreRecord | undefined> {
    const request = { key: this.#keys.key(key) };
    const { kvs } = await this.#at(options.revision, request);
    return kvs[0] === undefined ? undefined : this.#keys.record(kvs[0]);
  }

  async list(
    prefix: string,
    options: { readonly limit?: number; readonly after?: string; readonly revision?: number } = {},
  ): Promise<StoreList> {
    this.#assertOpen();
    assertPageLimit(options.limit ?? 1);
    const reading = this.#list(prefix, options);
    const settled = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#lists.add(settled);
    try {
      return await reading;
    } finally {
      this.#lists.delete(settled);
    }
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    this.#assertOpen();
    assertWrites(writes);
    if (writes.length === 0) return { ok: true, revision: await this.revision() };
    if (this.#turns.size >= commitsMax)
      throw new StoreLimitError('queue', `${commitsMax} commits wait for etcd already`);
    return this.#turns.run(writes, () => this.#commits.commit(writes));
  }

  async *watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<StoreBatch> {
    const { after, signal } = options;
    this.#assertOpen();
    assertRevision(after);
    const current = await this.revision();
    if (after > current) throw new FutureRevisionError(after, current);
    const ports = {
      client: this.#client,
      keys: this.#keys,
      progress: this.#progress,
      revision: () => this.revision(),
    };
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    yield* watchEtcd(ports, prefix, after, ended);
    if (!signal.aborted) this.#assertOpen();
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen();
    assertRevision(revision);
    if (revision === 0) return;
    await Promise.all(this.#lists);
    try {
      await this.#client.read('Compact', { revision });
    } catch (error) {
      this.#assertOpen();
      if (isFuture(error)) throw new FutureRevisionError(revision, await this.revision());
      if (!isCompacted(error)) throw storeError(error);
    }
  }

  async revision(): Promise<number> {
    const request = { key: this.#keys.hidden(''), countOnly: true };
    return (await this.#range(request, undefined)).header.revision;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    await this.#turns.idle();
    this.#markers.close();
    this.#client.close();
  }

  async #list(
    prefix: string,
    options: { readonly limit?: number; readonly after?: string; readonly revision?: number },
  ): Promise<StoreList> {
    const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
    const records: StoreRecord[] = [];
    let { after, revision } = options;
    try {
      for (;;) {
        const size = Math.min(limit - records.length, listTurnRecords);
        const page = await this.#at(revision, { ...this.#keys.range(prefix, after), limit: size });
        for (const kv of page.kvs) records.push(this.#keys.record(kv));
        revision ??= page.header.revision;
        after = records.at(-1)?.key;
        if (!page.more || after === undefined) return { records, revision };
        if (records.length === limit) return { records, revision, next: after };
      }
    } catch (error) {
      // Another reconciler compacted what this list was in the middle of: it shows a later revision, then.
      if (!(error instanceof CompactedError) || options.revision !== undefined) throw error;
      return this.#list(prefix, options);
    }
  }

  /** etcd takes 0 for "now"; before the first commit it is at 1. */
  #at(revision: number | undefined, request: EtcdRequests['Range']): Promise<EtcdResponses['Range']> {
    if (revision === undefined) return this.#range(request, undefined);
    assertRevision(revision);
    return this.#range({ ...request, revision: Math.max(revision, 1) }, revision);
  }

  /** A read with the errors of the port; `asked` is the revision that its caller named. */
  async #range(request: EtcdRequests['Range'], asked: number | undefined): Promise<EtcdResponses['Range']> {
    this.#assertOpen();
    try {
      return await this.#client.read('Range', request);
    } catch (error) {
      this.#assertOpen();
      if (asked !== undefined && isCompacted(error))
        throw new CompactedError(asked, await oldestRevision(this.#client, this.#keys, asked));
      if (asked !== undefined && isFuture(error)) throw new FutureRevisionError(asked, await this.revision());
      throw storeError(error);
    }
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw new StoreClosedError();
  }
}
