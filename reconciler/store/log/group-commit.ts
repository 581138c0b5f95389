import { StoreClosedError, StoreFailedError, StoreLimitError } from '../../core/ports.ts';
import type { CommitResult, Logger, StoreBatch, StoreWrite } from '../../core/ports.ts';
import type { Cleaner } from './cleaner.ts';
import { CommitGroup } from './commit-group.ts';
import { asFailure } from './failure.ts';
import type { LogIndex } from './log-index.ts';
import type { Log } from './log.ts';
import type { MvccReader } from './mvcc-reader.ts';

/** Commits that wait for the one that is being written. Every caller awaits its own, so this many callers wait. */
const queuedCommitsMax = 65_536;

/** Enough for one sync to serve all that wait; few enough for none of them to wait long. */
const groupCommitsMax = 1_024;
const groupBytesMax = 16 * 1024 * 1024;

const slowWriteMs = 1_000;

interface QueuedCommit {
  readonly writes: readonly StoreWrite[];
  readonly bytes: number;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
}

interface QueuedCompaction {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommitOptions {
  readonly log: Log;
  readonly index: LogIndex;
  readonly reader: MvccReader;
  readonly cleaner: Cleaner;
  /** Commits that put are refused while the log is larger than this. */
  readonly bytesMax: number;
  readonly logger: Logger | undefined;
  /** Called with each group's batches when they are on disk, before their commits resolve. */
  readonly onDurable: (batches: readonly StoreBatch[]) => void;
  /** Called once, when durability or integrity is in doubt. */
  readonly onFailed: (error: StoreFailedError) => void;
}

/**
 * The one writer of the log. Whatever commits come in within a turn, or while a write is under way, are decided in
 * order and written as one frame, with one sync; then each of them resolves. Nothing else writes meanwhile, so a
 * decision made against the index and the group so far cannot go stale.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #commits: QueuedCommit[] = [];
  #compactions: QueuedCompaction[] = [];
  #running: Promise<void> | undefined;
  #ended: Error | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Throws what the store ended with, if it has. */
  assertOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    this.assertOpen();
    if (this.#commits.length >= queuedCommitsMax)
      throw new StoreLimitError('queue', `${queuedCommitsMax} commits are waiting to be written already`);
    return new Promise((resolve, reject) => {
      this.#commits.push({ writes, bytes: bytesOf(writes), resolve, reject });
      this.#start();
    });
  }

  /** Notes on disk that history below `revision` cannot be read any more. */
  async compact(revision: number): Promise<void> {
    this.assertOpen();
    return new Promise((resolve, reject) => {
      this.#compactions.push({ revision, resolve, reject });
      this.#start();
    });
  }

  /** Gives back what is free by now. */
  clean(): void {
    if (this.#hasWork()) this.#start();
  }

  /** Writes what is queued; whatever comes after is refused. */
  async close(): Promise<void> {
    this.#ended ??= new StoreClosedError();
    await this.#running;
  }

  /** Ends the store: what waits is rejected, and so is all that comes. */
  fail(cause: unknown): void {
    if (this.#ended instanceof StoreFailedError) return;
    const error = asFailure(cause, 'the store failed');
    this.#ended = error;
    for (const { reject } of [...this.#commits, ...this.#compactions]) reject(error);
    this.#commits = [];
    this.#compactions = [];
    this.#options.onFailed(error);
  }

  /** There must be work: a run without any would end before it is noted as running. */
  #start(): void {
    this.#running ??= this.#run();
  }

  /** Each round begins in a turn of its own, so that whoever the last one woke can join in. */
  async #run(): Promise<void> {
    while (this.#hasWork()) {
      await new Promise((resolve) => setImmediate(resolve));
      const commits = this.#takeCommits();
      const compactions = this.#compactions;
      this.#compactions = [];
      try {
        await this.#write(commits, compactions);
      } catch (cause) {
        const error = asFailure(cause, 'the store failed');
        this.fail(error);
        for (const { reject } of [...commits, ...compactions]) reject(error);
      }
    }
    // In the same step that found nothing to do: what comes from now on starts anew.
    this.#running = undefined;
  }

  #hasWork(): boolean {
    if (this.#commits.length > 0 || this.#compactions.length > 0) return true;
    return this.#ended === undefined && this.#options.cleaner.isDue;
  }

  #takeCommits(): readonly QueuedCommit[] {
    let bytes = 0;
    let count = 0;
    for (const commit of this.#commits) {
      bytes += commit.bytes;
      if (count > 0 && (bytes > groupBytesMax || count === groupCommitsMax)) break;
      count++;
    }
    const taken = this.#commits.slice(0, count);
    this.#commits = this.#commits.slice(count);
    return taken;
  }

  async #write(commits: readonly QueuedCommit[], compactions: readonly QueuedCompaction[]): Promise<void> {
    const { log, index, reader, cleaner } = this.#options;
    const group = new CommitGroup(index, reader);
    const settle = commits.map((commit) => this.#decide(commit, group));
    const compacted = Math.max(0, ...compactions.map(({ revision }) => revision));
    if (compacted > index.state.compacted) group.append({ type: 'compact', revision: compacted });
    const dropped = cleaner.addTo(group);
    if (!group.isEmpty) {
      await this.#append(group);
      if (group.batches.length > 0) this.#options.onDurable(group.batches);
    }
    for (const run of settle) run();
    for (const { resolve } of compactions) resolve();
    if (dropped !== undefined) this.#drop(log, dropped);
  }

  #decide(commit: QueuedCommit, group: CommitGroup): () => void {
    const { writes, resolve, reject } = commit;
    const { log, bytesMax } = this.#options;
    if (log.bytes > bytesMax && writes.some((write) => write.type === 'put'))
      return () => reject(fullError(log.bytes, bytesMax));
    const result = group.add(writes);
    return () => resolve(result);
  }

  async #append(group: CommitGroup): Promise<void> {
    const { log, index, logger } = this.#options;
    const began = performance.now();
    const start = await log.makeRoom(group.payloadBytes, index.state);
    await log.append(group.encode(start), group.payloadBytes, group.revision);
    group.apply(index);
    const durationMs = Math.round(performance.now() - began);
    if (durationMs > slowWriteMs) logger?.warn('the disk was slow to write', { durationMs });
  }

  /** The next commits do not wait for files to be gone. */
  #drop(log: Log, last: number): void {
    for (const { number } of [...log.segments()])
      if (number <= last) this.#options.index.keys.forgetSegment(number);
    log
      .dropThrough(last)
      .catch((cause: unknown) => this.fail(asFailure(cause, 'a segment cannot be removed')));
  }
}

function bytesOf(writes: readonly StoreWrite[]): number {
  return writes.reduce(
    (sum, write) => sum + write.key.length + (write.type === 'put' ? write.value.byteLength : 0),
    0,
  );
}

function fullError(bytes: number, bytesMax: number): StoreLimitError {
  return new StoreLimitError(
    'disk',
    `the store holds ${bytes} bytes; at most ${bytesMax} are allowed. Nothing can be put until keys are deleted and history is compacted`,
  );
}
