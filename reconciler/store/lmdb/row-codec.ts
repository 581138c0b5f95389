import { crc32 } from 'node:zlib';
import { StoreFailedError } from '../../core/ports.ts';
import type { StoreRecord } from '../../core/ports.ts';

/**
 * The bytes of the rows, little-endian. Every row begins with a CRC-32 over its own key and the rest of the row,
 * so that neither a flipped bit nor a row under another's key is ever taken for a value: LMDB itself would return
 * both without a word.
 */

/** Where in history a write is: the revision of its commit, and its place among the commit's events. */
export interface Position {
  readonly revision: number;
  readonly index: number;
}

/** A record, and where in history the write that made it is. */
export interface StoredRecord {
  readonly record: StoreRecord;
  readonly index: number;
}

/** One event of history. `deletedAt` of a creation points to the deletion that came before it, if there was one. */
export type HistoryRow =
  | { readonly type: 'create'; readonly stored: StoredRecord; readonly deletedAt?: Position }
  | { readonly type: 'update'; readonly stored: StoredRecord; readonly previous: StoredRecord }
  | { readonly type: 'delete'; readonly key: string; readonly previous: StoredRecord };

/** The store as a whole, one row, written with every group of commits. */
export interface StoreState {
  readonly revision: number;
  readonly compacted: number;
}

/** Revisions take 48 bits: at 30,000 commits a second, 297 years. One is left over for the end of a range. */
export const revisionMax = 2 ** 48 - 2;

/** Raised when rows change so that an older Berth could not read them. */
const rowFormat = 1;

const checksumBytes = 4;
const revisionBytes = 6;
const indexBytes = 4;
const lengthBytes = 4;
const positionBytes = revisionBytes + indexBytes;
const recordHeaderBytes = 3 * revisionBytes + indexBytes + lengthBytes;
const historyTypes = ['create', 'update', 'delete'] as const;

/** The key of a history row: big-endian, so that the order of bytes is the order of time. */
export function historyKey(position: Position): Buffer {
  const key = Buffer.allocUnsafe(positionBytes);
  key.writeUIntBE(position.revision, 0, revisionBytes);
  key.writeUInt32BE(position.index, revisionBytes);
  return key;
}

export function positionOfKey(key: Uint8Array): Position {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return { revision: bytes.readUIntBE(0, revisionBytes), index: bytes.readUInt32BE(revisionBytes) };
}

export function encodeRecord(stored: StoredRecord): Buffer {
  const row = Buffer.allocUnsafe(checksumBytes + recordBytes(stored));
  writeRecord(row, checksumBytes, stored);
  return sealed(row, stored.record.key);
}

export function decodeRecord(key: string, row: Buffer): StoredRecord {
  verify(row, key, key);
  return readRecord(row, checksumBytes, key).stored;
}

export function encodeHistory(position: Position, event: HistoryRow): Buffer {
  const key = event.type === 'delete' ? event.key : event.stored.record.key;
  const keyBytes = Buffer.byteLength(key);
  const row = Buffer.allocUnsafe(checksumBytes + 1 + lengthBytes + keyBytes + historyBodyBytes(event));
  let offset = row.writeUInt8(historyTypes.indexOf(event.type), checksumBytes);
  offset = row.writeUInt32LE(keyBytes, offset);
  offset += row.write(key, offset);
  if (event.type !== 'delete') offset = writeRecord(row, offset, event.stored);
  if (event.type !== 'create') writeRecord(row, offset, event.previous);
  else if (event.deletedAt !== undefined) writePosition(row, offset, event.deletedAt);
  return sealed(row, historyKey(position));
}

export function decodeHistory(position: Position, row: Buffer): HistoryRow {
  verify(row, historyKey(position), `event ${position.index} of revision ${position.revision}`);
  const type = historyTypes[row.readUInt8(checksumBytes)];
  if (type === undefined) {
    throw new StoreFailedError(
      `revision ${position.revision} holds an event of a type that this Berth does not know`,
    );
  }
  const keyStart = checksumBytes + 1 + lengthBytes;
  const keyEnd = keyStart + row.readUInt32LE(checksumBytes + 1);
  const key = row.toString('utf8', keyStart, keyEnd);
  const { stored, end } = readRecord(row, keyEnd, key);
  switch (type) {
    case 'delete':
      return { type, key, previous: stored };
    case 'update':
      return { type, stored, previous: readRecord(row, end, key).stored };
    case 'create':
      return end === row.length ? { type, stored } : { type, stored, deletedAt: readPosition(row, end) };
  }
}

export function encodeDeletion(key: string, position: Position): Buffer {
  const row = Buffer.allocUnsafe(checksumBytes + positionBytes);
  writePosition(row, checksumBytes, position);
  return sealed(row, key);
}

export function decodeDeletion(key: string, row: Buffer): Position {
  verify(row, key, `the deletion of ${key}`);
  return readPosition(row, checksumBytes);
}

export function encodeState(key: string, state: StoreState): Buffer {
  const row = Buffer.allocUnsafe(checksumBytes + 1 + 2 * revisionBytes);
  let offset = row.writeUInt8(rowFormat, checksumBytes);
  offset = row.writeUIntLE(state.revision, offset, revisionBytes);
  row.writeUIntLE(state.compacted, offset, revisionBytes);
  return sealed(row, key);
}

export function decodeState(key: string, row: Buffer): StoreState {
  verify(row, key, "the store's own state");
  const format = row.readUInt8(checksumBytes);
  if (format !== rowFormat) {
    throw new StoreFailedError(`the store has format ${format}; this Berth reads format ${rowFormat}`);
  }
  const start = checksumBytes + 1;
  return {
    revision: row.readUIntLE(start, revisionBytes),
    compacted: row.readUIntLE(start + revisionBytes, revisionBytes),
  };
}

function historyBodyBytes(event: HistoryRow): number {
  switch (event.type) {
    case 'create':
      return recordBytes(event.stored) + (event.deletedAt === undefined ? 0 : positionBytes);
    case 'update':
      return recordBytes(event.stored) + recordBytes(event.previous);
    case 'delete':
      return recordBytes(event.previous);
  }
}

function recordBytes(stored: StoredRecord): number {
  return recordHeaderBytes + stored.record.value.byteLength;
}

function writeRecord(row: Buffer, start: number, { record, index }: StoredRecord): number {
  let offset = row.writeUIntLE(record.createRevision, start, revisionBytes);
  offset = row.writeUIntLE(record.modRevision, offset, revisionBytes);
  offset = row.writeUIntLE(record.version, offset, revisionBytes);
  offset = row.writeUInt32LE(index, offset);
  offset = row.writeUInt32LE(record.value.byteLength, offset);
  row.set(record.value, offset);
  return offset + record.value.byteLength;
}

function readRecord(row: Buffer, start: number, key: string): { stored: StoredRecord; end: number } {
  const valueStart = start + recordHeaderBytes;
  const end = valueStart + row.readUInt32LE(valueStart - lengthBytes);
  const record: StoreRecord = {
    key,
    value: row.subarray(valueStart, end),
    createRevision: row.readUIntLE(start, revisionBytes),
    modRevision: row.readUIntLE(start + revisionBytes, revisionBytes),
    version: row.readUIntLE(start + 2 * revisionBytes, revisionBytes),
  };
  return { stored: { record, index: row.readUInt32LE(start + 3 * revisionBytes) }, end };
}

function writePosition(row: Buffer, start: number, position: Position): void {
  row.writeUInt32LE(position.index, row.writeUIntLE(position.revision, start, revisionBytes));
}

function readPosition(row: Buffer, start: number): Position {
  return { revision: row.readUIntLE(start, revisionBytes), index: row.readUInt32LE(start + revisionBytes) };
}

function sealed(row: Buffer, key: string | Buffer): Buffer {
  row.writeUInt32LE(checksum(row, key), 0);
  return row;
}

function verify(row: Buffer, key: string | Buffer, what: string): void {
  if (row.length > checksumBytes && row.readUInt32LE(0) === checksum(row, key)) return;
  throw new StoreFailedError(`the store is damaged: the checksum of ${what} does not match its bytes`);
}

function checksum(row: Buffer, key: string | Buffer): number {
  return crc32(row.subarray(checksumBytes), crc32(key));
}
