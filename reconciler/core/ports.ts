/**
 * What the reconciler's core and loop ask of the outside world. Adapters implement these; `main.ts` alone
 * chooses which. Everything here is an interface or a discriminated union: no behaviour.
 */
import type { ApplicationSpec } from '../../schemas/berth/types.ts';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import type {
  AgentConfig,
  AgentInfo,
  DesiredEntry,
  ImageReport,
  LogQuery,
  Report,
} from '../../schemas/wire/messages.ts';
import type { KubeObject } from './model/object.ts';

/** Wall clock and timers, injected so that a seed can replay a run. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Milliseconds of a clock that nobody sets, from a start of its own: what has passed between two calls, whatever
   * became of the wall clock meanwhile.
   */
  steady(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Randomness, injected for the same reason. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A fresh UUID, version 4, in lower case. */
  uuid(): string;
}

/** Structured log; adapters decide where it goes. Fields never hold secret values. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** One key at one revision. `value` is opaque to the store; treat it as immutable. */
export interface StoreRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the commit that created the key (again, after a deletion). */
  readonly createRevision: number;
  /** Revision of the last commit that wrote the key. */
  readonly modRevision: number;
  /** 1 at creation, one more with each put. */
  readonly version: number;
}

/**
 * One operation of a commit. `expected` is the key's current mod revision, 0 for "does not exist"; left out
 * means unconditional. `check` writes nothing: it fences the commit on a key, such as the leader's.
 */
export type StoreWrite =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly expected?: number }
  | { readonly type: 'delete'; readonly key: string; readonly expected?: number }
  | { readonly type: 'check'; readonly key: string; readonly expected: number };

/** A compare that failed: nothing of the commit was written. `actual` is 0 where the key does not exist. */
export interface StoreConflict {
  readonly key: string;
  readonly expected: number;
  readonly actual: number;
}

export type CommitResult =
  | { readonly ok: true; readonly revision: number }
  | { readonly ok: false; readonly revision: number; readonly conflicts: readonly StoreConflict[] };

export interface StoreList {
  readonly records: readonly StoreRecord[];
  /** The revision that the list shows. */
  readonly revision: number;
  /** Where to go on: pass as `after` with this `revision`. Absent on the last page. */
  readonly next?: string;
}

export type StoreEvent =
  | { readonly type: 'put'; readonly record: StoreRecord; readonly previous?: StoreRecord }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly modRevision: number;
      readonly previous: StoreRecord;
    };

/**
 * All events of one commit under the watched prefix, in the order of the commit's writes. Without events it tells
 * that nothing happened under the prefix up to its revision.
 */
export interface StoreBatch {
  readonly revision: number;
  readonly events: readonly StoreEvent[];
}

/**
 * MVCC key-value store. Keys are UTF-8 strings ordered by their bytes. Each commit with at least one put or
 * delete takes exactly one new revision (the first is 1; a `delete` of an absent key without `expected` is a
 * no-op, and a commit of no-ops takes none). A resolved commit is on disk. No key twice in one commit.
 */
export interface Store {
  /** The key at `revision` (default: now). */
  get(key: string, options?: { readonly revision?: number }): Promise<StoreRecord | undefined>;
  /** Records under `prefix` in key order, after the key `after`, at `revision` (default: now), `limit` at most. */
  list(
    prefix: string,
    options?: { readonly limit?: number; readonly after?: string; readonly revision?: number },
  ): Promise<StoreList>;
  /** Writes all or nothing. Rejects with StoreFailedError if durability is in doubt: the process must end. */
  commit(writes: readonly StoreWrite[]): Promise<CommitResult>;
  /**
   * Every batch with a revision greater than `after`, in order, without gaps, until `signal` aborts (then it
   * ends normally). Throws CompactedError when `after` is older than the last compaction.
   */
  watch(
    prefix: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<StoreBatch>;
  /** Forgets what is older than `revision`: reads and watches below it throw CompactedError from then on. */
  compact(revision: number): Promise<void>;
  /** The last revision that is on disk; 0 when new. */
  revision(): Promise<number>;
  /** Flushes and releases everything; later calls reject. */
  close(): Promise<void>;
}

/** The revision asked for was compacted away (HTTP: 410 Expired). */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly requested: number;
  readonly compacted: number;
  constructor(requested: number, compacted: number) {
    super(`revision ${requested} has been compacted; the oldest that can be read is ${compacted}`);
    this.requested = requested;
    this.compacted = compacted;
  }
}

/** A revision in the future was asked for. */
export class FutureRevisionError extends Error {
  override readonly name = 'FutureRevisionError';
  readonly requested: number;
  readonly current: number;
  constructor(requested: number, current: number) {
    super(`revision ${requested} does not exist yet; the current one is ${current}`);
    this.requested = requested;
    this.current = current;
  }
}

/** The store can no longer promise durability or integrity. Never caught to go on: the process ends. */
export class StoreFailedError extends Error {
  override readonly name = 'StoreFailedError';
}

/** A named bound of the store was met; nothing was written. `queue` passes by itself, `disk` by compacting. */
export class StoreLimitError extends Error {
  override readonly name = 'StoreLimitError';
  readonly limit: 'key' | 'value' | 'writes' | 'queue' | 'disk';
  constructor(limit: StoreLimitError['limit'], message: string) {
    super(message);
    this.limit = limit;
  }
}

/**
 * The store could not be reached, or did not answer in time. Of a commit, `written` says what is known: `nothing`
 * was written and never will be by it, or it is `unknown`: then it must be neither acknowledged nor called lost.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly written: 'nothing' | 'unknown';
  constructor(written: StoreUnavailableError['written'], message: string) {
    super(message);
    this.written = written;
  }
}

/** The store was closed before, or while, it was asked. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';
  constructor() {
    super('the store is closed');
  }
}

/** One term of the reconciler that leads: the only one that runs control loops and talks to hosts. */
export interface Leadership {
  /** A commit that checks `key` at `modRevision` fails once the term is over. */
  readonly key: string;
  readonly modRevision: number;
  /** One more than the former leader's: agents refuse an older one's. */
  readonly epoch: number;
  /** Aborts when the term is over, or can no longer be proven to last. */
  readonly lost: AbortSignal;
  /** Gives the lead up, for another to take at once. */
  resign(): Promise<void>;
}

/** How several reconcilers on one store agree on who leads. */
export interface LeaderElection {
  /** Who this reconciler is to the others. */
  readonly identity: string;
  /** Resolves when this reconciler leads. Rejects with the reason of `signal`, or where the store cannot go on. */
  campaign(signal: AbortSignal): Promise<Leadership>;
  /** The identity of the one that leads now, as far as the store knows. */
  leader(): Promise<string | undefined>;
}

/** Where a host is reached and what it has to prove. Made from a Host object. */
export interface HostTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Pinned fingerprints, `SHA256:…`; never empty. */
  readonly hostKeys: readonly string[];
  /** Path of the private key on the reconciler's disk. */
  readonly identityPath: string;
  readonly agent: AgentConfig;
}

/** Where the link to one host stands. `refused` and `failed` wait for a change of the Host; the rest retries. */
export type LinkState =
  | { readonly phase: 'connecting'; readonly attempt: number }
  | { readonly phase: 'bootstrapping'; readonly step: string }
  | { readonly phase: 'connected'; readonly info: AgentInfo }
  | {
      readonly phase: 'unreachable';
      readonly reason: string;
      readonly message: string;
      readonly retryAtMs: number;
    }
  | { readonly phase: 'refused'; readonly reason: string; readonly message: string };

/** Where a link's news goes. Called in order, never after `close` resolved; must not throw. */
export interface HostEvents {
  state(host: string, state: LinkState): void;
  report(host: string, report: Report): void;
}

/** One host's connection. It reconnects by itself with backoff, and then sends the whole state anew. */
export interface HostLink {
  /**
   * Changes what the host is to be told; entries are by key. Sent at once when connected, kept otherwise. The first
   * call has to bring the whole state: nothing is sent before it, and what it lacks is taken off the host.
   */
  update(change: { readonly upserts: readonly DesiredEntry[]; readonly removes: readonly string[] }): void;
  /** The log's bytes, ended by `signal` or its end. Rejects with LinkError while the host is not connected. */
  logs(query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Begins a session in a pod; `input` is what goes to it. `signal` or the end of `output` ends it, and a link that
   * breaks ends `output` with a LinkError. Rejects with LinkError where it cannot begin.
   */
  session(ask: SessionAsk, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<HostSession>;
  images(signal: AbortSignal): Promise<readonly ImageReport[]>;
  /** Sends an OCI archive whose SHA-256 is `digest`. */
  importImage(
    digest: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<readonly ImageReport[]>;
  close(): Promise<void>;
}

/** A session that has begun. */
export interface HostSession {
  /** Which of the protocols offered is spoken; empty for plain TCP. */
  readonly protocol: string;
  readonly output: AsyncIterable<Uint8Array>;
}

export interface HostLinks {
  open(target: HostTarget, events: HostEvents): HostLink;
  /** The host keys that a machine shows, to be confirmed by a person before they are pinned. */
  scan(address: string, port: number, signal: AbortSignal): Promise<readonly HostKey[]>;
  /**
   * Ends the pods of a host and takes the agent, its rules and its state off it. The host's link has to be closed
   * before. Rejects with LinkError where that cannot be done; doing it twice is no error.
   */
  reset(target: HostTarget, progress: (message: string) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, … */
  readonly type: string;
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string;
}

/** A request to a host that could not be carried out; `reason` is CamelCase, e.g. `NotConnected`. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A problem of a commit, rendered as people read it: `path:line:column: field: what is wrong`. */
export interface SourceProblem {
  readonly text: string;
}

/** One validated object of a commit and where it stands. */
export interface SourceObject {
  readonly object: KubeObject;
  readonly source: { readonly path: string; readonly line: number };
}

/** One folder at one ref of a repository, read and validated. */
export interface ManifestSource {
  /** The commit that the ref names now. Rejects with SourceError. */
  resolve(signal: AbortSignal): Promise<string>;
  /** Everything in that commit: objects, or every problem that it has. Rejects with SourceError. */
  read(
    commit: string,
    signal: AbortSignal,
  ): Promise<{ readonly objects: readonly SourceObject[]; readonly problems: readonly SourceProblem[] }>;
  /** Yields whenever the ref may have moved; for sources that cannot tell, it only ends with `signal`. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}

/** Opens a source for an Application's spec, at the ref given where it differs from the spec's. */
export interface ManifestSources {
  open(spec: ApplicationSpec): ManifestSource;
}

/** A source that cannot be read: `retry` may pass by itself, `stalled` needs a person. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly kind: 'retry' | 'stalled';
  readonly reason: string;
  constructor(kind: 'retry' | 'stalled', reason: string, message: string) {
    super(message);
    this.kind = kind;
    this.reason = reason;
  }
}

/** Cron arithmetic: when a schedule is due, from what is known of its last run. */
export interface Schedules {
  /** The first due time after `afterMs`; undefined where the expression is not valid. */
  next(expression: string, afterMs: number): number | undefined;
}
