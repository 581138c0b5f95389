/**
 * The desired state on disk: `journal-N`, a whole state followed by what changed since. An append costs what the
 * change costs; when the changes outweigh the state, a new file begins with the whole of it. A file appears under
 * its name only when it is complete and synced, and the former one goes only after that.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DesiredUpdate } from '../../../schemas/wire/messages.ts';
import { applyUpdate, type DesiredState, noDesiredState } from '../core/desired-state.ts';
import type { DesiredJournal, Logger } from '../core/ports.ts';
import { JournalFull, SyncFailed } from '../core/problems.ts';
import { decodeRecords, encodeRecord } from './journal-record.ts';

/** Below this a new file is not worth its syncs. */
const compactionBytesMin = 1024 * 1024;
/** Changes may take as much room as this many times the whole state. */
const compactionFactor = 2;

export class FileJournal implements DesiredJournal {
  readonly #folder: string;
  readonly #logger: Logger;
  #file: FileHandle | undefined;
  #number: number;
  #bytes: number;
  /** Size of the whole state at the file's beginning. */
  #baseBytes: number;

  private constructor(folder: string, logger: Logger, opened: OpenedFile) {
    this.#folder = folder;
    this.#logger = logger;
    this.#file = opened.file;
    this.#number = opened.number;
    this.#bytes = opened.bytes;
    this.#baseBytes = opened.baseBytes;
  }

  /** Opens or makes the journal in `folder` (mode 0700) and gives what it holds. */
  static async open(
    folder: string,
    logger: Logger,
  ): Promise<{ readonly journal: FileJournal; readonly state: DesiredState }> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(folder))
      .flatMap((name) => /^journal-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number);
    for (const number of numbers.toSorted((a, b) => b - a)) {
      const found = await openFile(folder, number, logger);
      if (found === undefined) continue;
      const journal = new FileJournal(folder, logger, found);
      await journal.#removeOthers();
      return { journal, state: found.state };
    }
    const opened: OpenedFile = {
      file: undefined,
      number: Math.max(0, ...numbers),
      bytes: 0,
      baseBytes: 0,
      state: noDesiredState,
    };
    return { journal: new FileJournal(folder, logger, opened), state: noDesiredState };
  }

  async append(update: DesiredUpdate, after: DesiredState): Promise<void> {
    const isDue =
      this.#bytes - this.#baseBytes > Math.max(compactionBytesMin, compactionFactor * this.#baseBytes);
    if (this.#file === undefined || update.base === null || isDue) return this.#begin(after);
    const record = encodeRecord(update);
    try {
      await writeAll(this.#file, record, this.#bytes);
    } catch (error) {
      await this.#cutBack();
      throw roomProblem(error);
    }
    await sync(() => this.#file?.datasync());
    this.#bytes += record.length;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  /** Takes back half a record. Where even that fails, the next append begins a new file. */
  async #cutBack(): Promise<void> {
    try {
      await this.#file?.truncate(this.#bytes);
    } catch (error) {
      this.#logger.warn('journal could not be cut back', { error: String(error) });
      await this.#file?.close();
      this.#file = undefined;
    }
  }

  async #begin(state: DesiredState): Promise<void> {
    const { epoch, generation } = state;
    const record = encodeRecord({
      epoch,
      generation,
      base: null,
      upserts: [...state.entries.values()],
      removes: [],
    });
    const number = this.#number + 1;
    const path = join(this.#folder, `journal-${String(number)}`);
    const file = await writeNew(`${path}.new`, record);
    await rename(`${path}.new`, path);
    await sync(() => syncFolder(this.#folder));
    await this.#file?.close();
    this.#file = file;
    this.#number = number;
    this.#bytes = record.length;
    this.#baseBytes = record.length;
    await this.#removeOthers();
  }

  async #removeOthers(): Promise<void> {
    const current = `journal-${String(this.#number)}`;
    for (const name of await readdir(this.#folder)) {
      if (name.startsWith('journal-') && name !== current) await rm(join(this.#folder, name));
    }
  }
}

interface OpenedFile {
  readonly file: FileHandle | undefined;
  readonly number: number;
  readonly bytes: number;
  readonly baseBytes: number;
  readonly state: DesiredState;
}

/** undefined: not even its first record is whole. */
async function openFile(folder: string, number: number, logger: Logger): Promise<OpenedFile | undefined> {
  const path = join(folder, `journal-${String(number)}`);
  const content = await readFile(path);
  const { updates, validBytes } = decodeRecords(content);
  const [first] = updates;
  if (first === undefined) {
    logger.error('journal is damaged from its beginning', { path });
    return undefined;
  }
  const file = await open(path, constants.O_RDWR);
  if (validBytes < content.length) {
    logger.warn('journal ends in a torn record, which was never acknowledged', {
      path,
      bytes: content.length - validBytes,
    });
    await file.truncate(validBytes);
    await sync(() => file.datasync());
  }
  const state = updates.reduce((before, update) => applyUpdate(before, update).state, noDesiredState);
  return { file, number, bytes: validBytes, baseBytes: encodeRecord(first).length, state };
}

async function writeNew(path: string, content: Buffer): Promise<FileHandle> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await writeAll(file, content, 0);
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw roomProblem(error);
  }
  await sync(() => file.sync());
  return file;
}

/** A disk that fills up takes the beginning of a write and says so only at the next one. */
async function writeAll(file: FileHandle, content: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < content.length) {
    const { bytesWritten } = await file.write(content, written, content.length - written, position + written);
    written += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sync(run: () => Promise<void> | undefined): Promise<void> {
  try {
    await run();
  } catch (error) {
    // A full disk may show only here; then too nobody knows what is on it.
    throw new SyncFailed(`the desired state could not be synced to disk: ${(error as Error).message}`);
  }
}

function roomProblem(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return isFull ? new JournalFull(`no room on the disk for the desired state: ${message}`) : (error as Error);
}
