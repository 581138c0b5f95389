import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  BackupCheck,
  backupMagic,
  backupTrailerBytes,
  encodeBackupTrailer,
} from '../../../schemas/wire/backup.ts';
import type { BackupSummary } from '../../../schemas/wire/backup.ts';
import type { StoreRecord } from '../../core/ports.ts';
import { decodeEntry, encodeEntry, entryBytes, entryHeaderBytes, entryLengthAt } from '../log/entry-codec.ts';

const readBytes = 1024 * 1024;

/** A backup of records as they were at `revision`: each with a checksum of its own, all with one digest. */
export async function* encodeBackup(
  revision: number,
  pages: AsyncIterable<readonly StoreRecord[]>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  hash.update(backupMagic);
  yield backupMagic;
  let records = 0;
  for await (const page of pages) {
    const chunk = encodePage(page);
    hash.update(chunk);
    records += page.length;
    yield chunk;
  }
  yield encodeBackupTrailer({ revision, records }, hash.digest());
}

/** Reads a backup through without using it. Throws with what is wrong with it. */
export async function checkBackup(path: string): Promise<BackupSummary> {
  const check = new BackupCheck();
  for await (const chunk of createReadStream(path, { highWaterMark: readBytes }))
    check.update(chunk as Buffer);
  return check.finish();
}

/** The records of a backup that was checked, in the order of their keys; a few at a time. */
export async function* readBackup(
  path: string,
  summary: BackupSummary,
): AsyncGenerator<readonly StoreRecord[]> {
  const end = summary.bytes - backupTrailerBytes - 1;
  let rest = Buffer.alloc(0);
  if (end < backupMagic.length) return;
  for await (const chunk of createReadStream(path, {
    start: backupMagic.length,
    end,
    highWaterMark: readBytes,
  })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const { records, used } = decodePage(bytes, path);
    rest = bytes.subarray(used);
    if (records.length > 0) yield records;
  }
  if (rest.length > 0) throw new Error(`${path} ends within a record`);
}

function encodePage(records: readonly StoreRecord[]): Buffer {
  const lengths = records.map(({ key, value }) => entryBytes(key, value));
  const chunk = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const [index, record] of records.entries()) {
    const length = lengths[index] ?? 0;
    encodeEntry(chunk, offset, length, { type: 'keep', record });
    offset += length;
  }
  return chunk;
}

/** The whole records at the start of `bytes`, and how many bytes they take. */
function decodePage(
  bytes: Buffer,
  path: string,
): { readonly records: readonly StoreRecord[]; readonly used: number } {
  const records: StoreRecord[] = [];
  let used = 0;
  while (bytes.length - used >= entryHeaderBytes) {
    const length = entryLengthAt(bytes, used);
    if (used + length > bytes.length) break;
    const entry = decodeEntry(
      bytes.subarray(used, used + length),
      () => `record ${records.length} of ${path}`,
    );
    if (entry.type !== 'keep') throw new Error(`${path} holds what is no record`);
    records.push(entry.record);
    used += length;
  }
  return { records, used };
}
