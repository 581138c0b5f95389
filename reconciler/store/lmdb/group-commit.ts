import { StoreClosedError, StoreFailedError, StoreLimitError } from '../../core/ports.ts';
import type { CommitResult, Logger, StoreBatch, StoreWrite } from '../../core/ports.ts';
import { CommitGroup } from './commit-group.ts';
import { asFailure } from './failure.ts';
import type { StoreState } from './row-codec.ts';
import type { TableWriter, Tables } from './tables.ts';

/** Commits that wait for the one that is being written. Every caller awaits its own, so this many callers wait. */
const queuedCommitsMax = 65_536;

/** Enough for one sync to serve all that wait; few enough for none of them to wait long. */
const groupCommitsMax = 1_024;
const groupBytesMax = 16 * 1024 * 1024;

/** A disk that takes longer than this for one write is taken for lost. (Stalls of 1.4 s were measured.) */
const writeDeadlineMs = 60_000;
const slowWriteMs = 1_000;

/** The pages in use are counted again after this much was written. */
const measureEveryBytes = 8 * 1024 * 1024;

interface QueuedCommit {
  readonly writes: readonly StoreWrite[];
  readonly bytes: number;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: Error) => void;
}

/** A write of another kind, alone with the tables: it describes rows and says what the state is after them. */
export type ExclusiveWrite = (state: StoreState) => {
  readonly state: StoreState;
  readonly write: (writer: TableWriter) => void;
};

interface QueuedExclusive {
  readonly describe: ExclusiveWrite;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommitOptions {
  readonly tables: Tables;
  readonly state: StoreState;
  /** Commits that put are refused while the pages in use exceed this. */
  readonly bytesMax: number;
  readonly logger: Logger | undefined;
  /** Called with each group's batches when they are on disk, before their commits resolve. */
  readonly onDurable: (batches: readonly StoreBatch[]) => void;
  /** Called once, when durability or integrity is in doubt. */
  readonly onFailed: (error: StoreFailedError) => void;
}

/**
 * The one writer of the tables. Whatever commits come in within a turn, or while a write is under way, are
 * decided in order and written as one transaction, with one sync; then each of them resolves. Nothing else
 * writes meanwhile, so a decision made against the tables and the group so far cannot go stale.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #tables: Tables;
  #commits: QueuedCommit[] = [];
  readonly #exclusives: QueuedExclusive[] = [];
  #state: StoreState;
  #running: Promise<void> | undefined;
  #ended: Error | undefined;
  #usedBytes: number;
  #bytesSinceMeasured = 0;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#tables = options.tables;
    this.#state = options.state;
    this.#usedBytes = options.tables.usedBytes();
  }

  /** What is on disk. */
  get state(): StoreState {
    return this.#state;
  }

  /** Throws what the store ended with, if it has. */
  assertOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  async commit(writes: readonly StoreWrite[]): Promise<CommitResult> {
    this.assertOpen();
    if (this.#commits.length >= queuedCommitsMax) {
      throw new StoreLimitError('queue', `${queuedCommitsMax} commits are waiting to be written already`);
    }
    return new Promise((resolve, reject) => {
      this.#commits.push({ writes, bytes: bytesOf(writes), resolve, reject });
      this.#start();
    });
  }

  /** Runs between two groups. */
  async exclusive(describe: ExclusiveWrite): Promise<void> {
    this.assertOpen();
    return new Promise((resolve, reject) => {
      this.#exclusives.push({ describe, resolve, reject });
      this.#start();
    });
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
    for (const { reject } of this.#commits) reject(error);
    for (const { reject } of this.#exclusives.splice(0)) reject(error);
    this.#commits = [];
    this.#options.onFailed(error);
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  /** Each round begins in a turn of its own, so that whoever the last one woke can join in. */
  async #run(): Promise<void> {
    while (this.#commits.length > 0 || this.#exclusives.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const commits = this.#takeGroup();
      if (commits.length > 0) await this.#orFail(commits, () => this.#writeGroup(commits));
      const exclusive = this.#exclusives.shift();
      if (exclusive !== undefined) await this.#orFail([exclusive], () => this.#writeExclusive(exclusive));
    }
    // In the same step that found nothing to do: what comes from now on starts anew.
    this.#running = undefined;
  }

  async #orFail(
    waiting: readonly { readonly reject: (error: Error) => void }[],
    write: () => Promise<void>,
  ): Promise<void> {
    try {
      await write();
    } catch (cause) {
      const error = asFailure(cause, 'the store failed');
      this.fail(error);
      for (const { reject } of waiting) reject(error);
    }
  }

  #takeGroup(): readonly QueuedCommit[] {
    let bytes = 0;
    let count = 0;
    for (const commit of this.#commits) {
      bytes += commit.bytes;
      if (count > 0 && (bytes > groupBytesMax || count === groupCommitsMax)) break;
      count++;
    }
    const group = this.#commits.slice(0, count);
    this.#commits = this.#commits.slice(count);
    return group;
  }

  async #writeGroup(commits: readonly QueuedCommit[]): Promise<void> {
    const group = new CommitGroup(this.#tables, this.#state.revision);
    const full = this.#usedBytes > this.#options.bytesMax;
    const settle: (() => void)[] = [];
    let bytes = 0;
    for (const { writes, resolve, reject, bytes: size } of commits) {
      if (full && writes.some((write) => write.type === 'put')) {
        settle.push(() => reject(this.#fullError()));
        continue;
      }
      const result = group.add(writes);
      settle.push(() => resolve(result));
      bytes += size;
    }
    if (group.batches.length > 0) {
      await this.#write({ ...this.#state, revision: group.revision }, (writer) => group.describe(writer));
      this.#measureAfter(bytes);
      this.#options.onDurable(group.batches);
    }
    for (const run of settle) run();
  }

  async #writeExclusive({ describe, resolve }: QueuedExclusive): Promise<void> {
    const described = describe(this.#state);
    await this.#write(described.state, described.write);
    this.#measureAfter(measureEveryBytes);
    resolve();
  }

  async #write(state: StoreState, describe: (writer: TableWriter) => void): Promise<void> {
    const began = performance.now();
    await withDeadline(
      this.#tables.transaction((writer) => {
        describe(writer);
        writer.putState(state);
      }),
    );
    this.#state = state;
    const durationMs = Math.round(performance.now() - began);
    if (durationMs > slowWriteMs) this.#options.logger?.warn('the disk was slow to write', { durationMs });
  }

  #measureAfter(bytes: number): void {
    this.#bytesSinceMeasured += bytes;
    if (this.#bytesSinceMeasured < measureEveryBytes) return;
    this.#bytesSinceMeasured = 0;
    this.#usedBytes = this.#tables.usedBytes();
  }

  #fullError(): StoreLimitError {
    return new StoreLimitError(
      'disk',
      `the store holds ${this.#usedBytes} bytes; at most ${this.#options.bytesMax} are allowed. Nothing can be put until its history is compacted or keys are deleted`,
    );
  }
}

function bytesOf(writes: readonly StoreWrite[]): number {
  return writes.reduce(
    (sum, write) => sum + write.key.length + (write.type === 'put' ? write.value.byteLength : 0),
    0,
  );
}

async function withDeadline(written: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new StoreFailedError(`the disk did not finish a write within ${writeDeadlineMs} ms`));
    }, writeDeadlineMs);
  });
  try {
    await Promise.race([written, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
