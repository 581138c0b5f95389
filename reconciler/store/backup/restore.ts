import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StoreRecord } from '../../core/ports.ts';
import { readMark } from '../log/acknowledged-mark.ts';
import { CommitGroup } from '../log/commit-group.ts';
import { LogIndex } from '../log/log-index.ts';
import { MvccReader } from '../log/mvcc-reader.ts';
import { openLog } from '../log/open-log.ts';
import { lockStore } from '../log/owner-lock.ts';
import { segmentNumbers, segmentPath, syncDirectory } from '../log/segment-files.ts';
import { decodeSegmentHeader } from '../log/segment-header.ts';
import { checkBackup, readBackup } from './backup-format.ts';

/** Where the former store cannot say how far it came, the restored one goes on this much further than it seems. */
const unknownRevisions = 1_000_000;

const segmentBytesMax = 16 * 1024 * 1024;
const ownerOnly = 0o700;

export interface RestoreOptions {
  /** Of the store. What is there is kept aside. */
  readonly directory: string;
  /** A backup. */
  readonly file: string;
  /** For the name of what is kept aside. */
  readonly nowMs: number;
  readonly progress: (message: string) => void;
  /** What a record becomes in a store that goes on after `revision`. */
  readonly revise?: (record: StoreRecord, revision: number) => StoreRecord;
}

export interface Restored {
  readonly records: number;
  /** Of the backup. */
  readonly backupRevision: number;
  /** Of the restored store: above those of the backup and of the former store, so that no client sees it fall. */
  readonly revision: number;
  /** Where the former store is now; absent where there was none. */
  readonly formerStore?: string;
}

/**
 * Makes the store what a backup holds. The backup is checked as a whole before anything is touched, and the new store
 * is complete on disk before it takes the place of the former one. Throws StoreInUseError while a process has the
 * store open.
 */
export async function restoreStore(options: RestoreOptions): Promise<Restored> {
  const { directory, file, nowMs, progress, revise = (record) => record } = options;
  progress(`checking ${file}`);
  const summary = await checkBackup(file).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be restored: ${reason}; nothing was changed`, { cause: error });
  });
  const exists = existsSync(directory);
  const unlock = exists ? lockStore(directory) : (): void => undefined;
  try {
    const former = exists ? await formerRevision(directory) : 0;
    const revision = Math.max(summary.revision, former) + 1;
    const building = `${directory}.restoring`;
    await rm(building, { recursive: true, force: true });
    mkdirSync(building, { recursive: true, mode: ownerOnly });
    progress(`restoring ${summary.records} records of revision ${summary.revision}`);
    await build(building, revision, readBackup(file, summary), (record) => revise(record, revision));
    const formerStore = `${directory}.before-restore-${stampOf(nowMs)}`;
    if (exists) await rename(directory, formerStore);
    await rename(building, directory);
    await syncDirectory(dirname(directory));
    const { records, revision: backupRevision } = summary;
    return { records, backupRevision, revision, ...(exists ? { formerStore } : {}) };
  } finally {
    unlock();
  }
}

/** Writes a new store that holds these records, as they were, and nothing of the past. */
async function build(
  directory: string,
  revision: number,
  pages: AsyncIterable<readonly StoreRecord[]>,
  revise: (record: StoreRecord) => StoreRecord,
): Promise<void> {
  const index = new LogIndex(0);
  const initial = { revision, compacted: revision };
  const log = await openLog(directory, index, { segmentBytesMax, initial, logger: undefined });
  const reader = new MvccReader(log, index);
  for await (const records of pages) {
    const group = new CommitGroup(index, reader);
    for (const record of records) group.append({ type: 'keep', record: revise(record) });
    const start = await log.makeRoom(group.payloadBytes, index.state);
    await log.append(group.encode(start), group.payloadBytes, revision);
    group.apply(index);
  }
  await log.close();
}

/** The last revision that anyone may have heard of from the store in `directory`, however damaged it is. */
async function formerRevision(directory: string): Promise<number> {
  const numbers = segmentNumbers(directory);
  let seen = 0;
  for (const number of numbers) seen = Math.max(seen, await revisionOf(directory, number));
  const marked = markedRevision(directory);
  if (marked !== undefined) return Math.max(seen, marked);
  return numbers.length === 0 ? 0 : seen + unknownRevisions;
}

function markedRevision(directory: string): number | undefined {
  try {
    return readMark(directory)?.revision;
  } catch {
    // A damaged mark is one of the reasons to restore: what the segments say has to do.
    return undefined;
  }
}

/** The revision that a segment begins at; 0 where it does not say so any more. */
async function revisionOf(directory: string, number: number): Promise<number> {
  const path = segmentPath(directory, number);
  try {
    return decodeSegmentHeader(await readFile(path), path).revision;
  } catch {
    // Damage is what brought us here.
    return 0;
  }
}

/** `20260131T235959Z`, as file names like it. */
function stampOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().replaceAll(/[-:]/gu, '').slice(0, 15)}Z`;
}
