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
export const REVISION_MAX = 2 ** 48 - 2;

/** Raised when rows change so that an older Berth could not read them. */
const FORMAT = 1;

const CHECKSUM_BYTES = 4;
const REVISION_BYTES = 6;
const INDEX_BYTES = 4;
const LENGTH_BYTES = 4;
const POSITION_BYTES = REVISION_BYTES + INDEX_BYTES;
const RECORD_HEADER_BYTES = 3 * REVISION_BYTES + INDEX_BYTES + LENGTH_BYTES;
const HISTORY_TYPES = ['create', 'update', 'delete'] as const;

/** The key of a history row: big-endian, so that the order of bytes is the order of time. */
export function historyKey(position: Position): Buffer {
  const key = Buffer.allocUnsafe(POSITION_BYTES);
  key.writeUIntBE(position.revision, 0, REVISION_BYTES);
  key.writeUInt32BE(position.index, REVISION_BYTES);
  return key;
}

export function positionOfKey(key: Uint8Array): Position {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return { revision: bytes.readUIntBE(0, REVISION_BYTES), index: bytes.readUInt32BE(REVISION_BYTES) };
}

export function encodeRecord(stored: StoredRecord): Buffer {
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + recordBytes(stored));
  writeRecord(row, CHECKSUM_BYTES, stored);
  return sealed(row, stored.record.key);
}

export function decodeRecord(key: string, row: Buffer): StoredRecord {
  verify(row, key, key);
  return readRecord(row, CHECKSUM_BYTES, key).stored;
}

export function encodeHistory(position: Position, event: HistoryRow): Buffer {
  const key = event.type === 'delete' ? event.key : event.stored.record.key;
  const keyBytes = Buffer.byteLength(key);
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + 1 + LENGTH_BYTES + keyBytes + historyBodyBytes(event));
  let offset = row.writeUInt8(HISTORY_TYPES.indexOf(event.type), CHECKSUM_BYTES);
  offset = row.writeUInt32LE(keyBytes, offset);
  offset += row.write(key, offset);
  if (event.type !== 'delete') offset = writeRecord(row, offset, event.stored);
  if (event.type !== 'create') writeRecord(row, offset, event.previous);
  else if (event.deletedAt !== undefined) writePosition(row, offset, event.deletedAt);
  return sealed(row, historyKey(position));
}

export function decodeHistory(position: Position, row: Buffer): HistoryRow {
  verify(row, historyKey(position), `event ${position.index} of revision ${position.revision}`);
  const type = HISTORY_TYPES[row.readUInt8(CHECKSUM_BYTES)];
  if (type === undefined) {
    throw new StoreFailedError(
      `revision ${position.revision} holds an event of a type that this Berth does not know`,
    );
  }
  const keyStart = CHECKSUM_BYTES + 1 + LENGTH_BYTES;
  const keyEnd = keyStart + row.readUInt32LE(CHECKSUM_BYTES + 1);
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
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + POSITION_BYTES);
  writePosition(row, CHECKSUM_BYTES, position);
  return sealed(row, key);
}

export function decodeDeletion(key: string, row: Buffer): Position {
  verify(row, key, `the deletion of ${key}`);
  return readPosition(row, CHECKSUM_BYTES);
}

export function encodeState(key: string, state: StoreState): Buffer {
  const row = Buffer.allocUnsafe(CHECKSUM_BYTES + 1 + 2 * REVISION_BYTES);
  let offset = row.writeUInt8(FORMAT, CHECKSUM_BYTES);
  offset = row.writeUIntLE(state.revision, offset, REVISION_BYTES);
  row.writeUIntLE(state.compacted, offset, REVISION_BYTES);
  return sealed(row, key);
}

export function decodeState(key: string, row: Buffer): StoreState {
  verify(row, key, "the store's own state");
  const format = row.readUInt8(CHECKSUM_BYTES);
  if (format !== FORMAT) {
    throw new StoreFailedError(`the store has format ${format}; this Berth reads format ${FORMAT}`);
  }
  const start = CHECKSUM_BYTES + 1;
  return {
    revision: row.readUIntLE(start, REVISION_BYTES),
    compacted: row.readUIntLE(start + REVISION_BYTES, REVISION_BYTES),
  };
}

function historyBodyBytes(event: HistoryRow): number {
  switch (event.type) {
    case 'create':
      return recordBytes(event.stored) + (event.deletedAt === undefined ? 0 : POSITION_BYTES);
    case 'update':
      return recordBytes(event.stored) + recordBytes(event.previous);
    case 'delete':
      return recordBytes(event.previous);
  }
}

function recordBytes(stored: StoredRecord): number {
  return RECORD_HEADER_BYTES + stored.record.value.byteLength;
}

function writeRecord(row: Buffer, start: number, { record, index }: StoredRecord): number {
  let offset = row.writeUIntLE(record.createRevision, start, REVISION_BYTES);
  offset = row.writeUIntLE(record.modRevision, offset, REVISION_BYTES);
  offset = row.writeUIntLE(record.version, offset, REVISION_BYTES);
  offset = row.writeUInt32LE(index, offset);
  offset = row.writeUInt32LE(record.value.byteLength, offset);
  row.set(record.value, offset);
  return offset + record.value.byteLength;
}

function readRecord(row: Buffer, start: number, key: string): { stored: StoredRecord; end: number } {
  const valueStart = start + RECORD_HEADER_BYTES;
  const end = valueStart + row.readUInt32LE(valueStart - LENGTH_BYTES);
  const record: StoreRecord = {
    key,
    value: row.subarray(valueStart, end),
    createRevision: row.readUIntLE(start, REVISION_BYTES),
    modRevision: row.readUIntLE(start + REVISION_BYTES, REVISION_BYTES),
    version: row.readUIntLE(start + 2 * REVISION_BYTES, REVISION_BYTES),
  };
  return { stored: { record, index: row.readUInt32LE(start + 3 * REVISION_BYTES) }, end };
}

function writePosition(row: Buffer, start: number, position: Position): void {
  row.writeUInt32LE(position.index, row.writeUIntLE(position.revision, start, REVISION_BYTES));
}

function readPosition(row: Buffer, start: number): Position {
  return { revision: row.readUIntLE(start, REVISION_BYTES), index: row.readUInt32LE(start + REVISION_BYTES) };
}

function sealed(row: Buffer, key: string | Buffer): Buffer {
  row.writeUInt32LE(checksum(row, key), 0);
  return row;
}

function verify(row: Buffer, key: string | Buffer, what: string): void {
  if (row.length > CHECKSUM_BYTES && row.readUInt32LE(0) === checksum(row, key)) return;
  throw new StoreFailedError(`the store is damaged: the checksum of ${what} does not match its bytes`);
}

function checksum(row: Buffer, key: string | Buffer): number {
  return crc32(row.subarray(CHECKSUM_BYTES), crc32(key));
}
