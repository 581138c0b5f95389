/** Records of the journal: length and CRC-32 (little-endian), then JSON. */
import { crc32 } from 'node:zlib';
import { desiredUpdateBytesMax, type DesiredUpdate } from '../../../schemas/wire/messages.ts';

const headerBytes = 8;
/** A compaction writes everything that is held: several of the largest updates. */
const recordBytesMax = 16 * desiredUpdateBytesMax;

export function encodeRecord(update: DesiredUpdate): Buffer {
  const payload = Buffer.from(JSON.stringify(update));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

export interface DecodedRecords {
  readonly updates: readonly DesiredUpdate[];
  /** Where the last whole record ends; what follows is torn or damaged. */
  readonly validBytes: number;
}

export function decodeRecords(content: Buffer): DecodedRecords {
  const updates: DesiredUpdate[] = [];
  let offset = 0;
  while (offset + headerBytes <= content.length) {
    const length = content.readUInt32LE(offset);
    const start = offset + headerBytes;
    if (length === 0 || length > recordBytesMax || start + length > content.length) break;
    const payload = content.subarray(start, start + length);
    if (crc32(payload) !== content.readUInt32LE(offset + 4)) break;
    updates.push(JSON.parse(payload.toString('utf8')) as DesiredUpdate);
    offset = start + length;
  }
  return { updates, validBytes: offset };
}
