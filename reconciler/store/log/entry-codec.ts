import { crc32 } from 'node:zlib';
import type { StoreRecord } from '../../core/ports.ts';
import { damaged } from './failure.ts';
import type { Location } from './location.ts';

/**
 * What the log is made of. Every entry bears a CRC-32 of its own, since entries are read one by one, without their
 * frame. Its bytes, little-endian: CRC-32 of all that follows 4, length 4, type 1, zero 1, key bytes 2, mod revision
 * 6, create revision 6, version 6, where the entry before of this key lies (segment 4, offset 4, length 4), key,
 * value.
 */
export type LogEntry =
  /** A put. `previous` is the entry before of this key, a put or a deletion. */
  | { readonly type: 'put'; readonly record: StoreRecord; readonly previous?: Location }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly modRevision: number;
      readonly previous: Location;
    }
  /** A record of now, written again because its segment goes away, or brought back by a restore. No event. */
  | { readonly type: 'keep'; readonly record: StoreRecord }
  /** History below this revision is forgotten. */
  | { readonly type: 'compact'; readonly revision: number }
  /** This segment and those before it are no part of the log any more. */
  | { readonly type: 'drop'; readonly segment: number };

/** Revisions take 48 bits: at 30,000 commits a second, 297 years. */
const wide = 6;
export const entryHeaderBytes = 42;
const typeCodes = { put: 1, delete: 2, keep: 3, compact: 4, drop: 5 } as const;
const noRecord: Omit<StoreRecord, 'key' | 'value'> = { createRevision: 0, modRevision: 0, version: 0 };
const noValue = new Uint8Array(0);
const nowhere: Location = { segment: 0, offset: 0, length: 0 };

/** Bytes of an entry with this key and value. */
export function entryBytes(key: string, value: Uint8Array | undefined): number {
  return entryHeaderBytes + Buffer.byteLength(key) + (value?.byteLength ?? 0);
}

/** Writes an entry of `length` bytes at `start`. */
export function encodeEntry(target: Buffer, start: number, length: number, entry: LogEntry): void {
  const { key, value, numbers, previous } = fieldsOf(entry);
  const keyStart = start + entryHeaderBytes;
  const keyEnd = keyStart + target.write(key, keyStart);
  target.set(value, keyEnd);
  target.writeUInt32LE(length, start + 4);
  target.writeUInt16LE(typeCodes[entry.type], start + 8);
  target.writeUInt16LE(keyEnd - keyStart, start + 10);
  target.writeUIntLE(numbers.modRevision, start + 12, wide);
  target.writeUIntLE(numbers.createRevision, start + 18, wide);
  target.writeUIntLE(numbers.version, start + 24, wide);
  target.writeUInt32LE(previous.segment, start + 30);
  target.writeUInt32LE(previous.offset, start + 34);
  target.writeUInt32LE(previous.length, start + 38);
  target.writeUInt32LE(crc32(target.subarray(start + 4, start + length)), start);
}

function fieldsOf(entry: LogEntry): {
  readonly key: string;
  readonly value: Uint8Array;
  readonly numbers: Omit<StoreRecord, 'key' | 'value'>;
  readonly previous: Location;
} {
  switch (entry.type) {
    case 'put':
      return {
        key: entry.record.key,
        value: entry.record.value,
        numbers: entry.record,
        previous: entry.previous ?? nowhere,
      };
    case 'keep':
      return {
        key: entry.record.key,
        value: entry.record.value,
        numbers: entry.record,
        previous: nowhere,
      };
    case 'delete': {
      const numbers = { ...noRecord, modRevision: entry.modRevision };
      return { key: entry.key, value: noValue, numbers, previous: entry.previous };
    }
    case 'compact':
      return {
        key: '',
        value: noValue,
        numbers: { ...noRecord, modRevision: entry.revision },
        previous: nowhere,
      };
    case 'drop':
      return {
        key: '',
        value: noValue,
        numbers: noRecord,
        previous: { ...nowhere, segment: entry.segment },
      };
  }
}

/** The length of the entry that begins at `start`. */
export function entryLengthAt(bytes: Buffer, start: number): number {
  return bytes.readUInt32LE(start + 4);
}

/**
 * The entry in `bytes`, which are its own and no more. Values are views of them. Throws StoreFailedError, which says
 * `what` it is that does not match its checksum.
 */
export function decodeEntry(bytes: Buffer, what: () => string): LogEntry {
  if (
    bytes.length < entryHeaderBytes ||
    bytes.readUInt32LE(4) !== bytes.length ||
    bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))
  )
    throw damaged(`${what()} does not match its checksum`);
  const keyEnd = entryHeaderBytes + bytes.readUInt16LE(10);
  const key = bytes.toString('utf8', entryHeaderBytes, keyEnd);
  const modRevision = bytes.readUIntLE(12, wide);
  const previous: Location = {
    segment: bytes.readUInt32LE(30),
    offset: bytes.readUInt32LE(34),
    length: bytes.readUInt32LE(38),
  };
  switch (bytes.readUInt16LE(8)) {
    case typeCodes.put: {
      const record = recordIn(bytes, key, keyEnd, modRevision);
      return previous.segment === 0 ? { type: 'put', record } : { type: 'put', record, previous };
    }
    case typeCodes.keep:
      return { type: 'keep', record: recordIn(bytes, key, keyEnd, modRevision) };
    case typeCodes.delete:
      return { type: 'delete', key, modRevision, previous };
    case typeCodes.compact:
      return { type: 'compact', revision: modRevision };
    case typeCodes.drop:
      return { type: 'drop', segment: previous.segment };
    default:
      throw damaged(`${what()} is of a type that this Berth does not know`);
  }
}

function recordIn(bytes: Buffer, key: string, valueStart: number, modRevision: number): StoreRecord {
  return {
    key,
    value: bytes.subarray(valueStart),
    createRevision: bytes.readUIntLE(18, wide),
    modRevision,
    version: bytes.readUIntLE(24, wide),
  };
}
