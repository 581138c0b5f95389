import { crc32 } from 'node:zlib';
import { StoreFailedError } from '../../core/ports.ts';
import { damaged } from './failure.ts';
import type { StoreState } from './location.ts';

/** What a segment begins with: who it is, and what the store was when it was made. */
export interface SegmentHeader extends StoreState {
  readonly segment: number;
  /** The sequence number of the segment's first frame. */
  readonly firstFrame: number;
  /** The oldest segment of the log then: older ones are gone because they were dropped. */
  readonly oldest: number;
}

/** A multiple of `frameAlignBytes`, so that frames stay aligned. */
export const segmentHeaderBytes = 64;

const magic = Buffer.from('BERTHLOG', 'latin1');
/** Raised when the log changes so that an older Berth could not read it. */
const format = 1;
const checksumAt = segmentHeaderBytes - 4;
const wide = 6;

/** Little-endian: magic 8, format 4, segment 4, first frame 6, revision 6, compacted 6, oldest 4, zeros, CRC-32 4. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  magic.copy(bytes);
  let offset = bytes.writeUInt32LE(format, magic.length);
  offset = bytes.writeUInt32LE(header.segment, offset);
  offset = bytes.writeUIntLE(header.firstFrame, offset, wide);
  offset = bytes.writeUIntLE(header.revision, offset, wide);
  offset = bytes.writeUIntLE(header.compacted, offset, wide);
  bytes.writeUInt32LE(header.oldest, offset);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, checksumAt)), checksumAt);
  return bytes;
}

/** Throws StoreFailedError, which names `file`, where the bytes are no header of this Berth's log. */
export function decodeSegmentHeader(bytes: Buffer, file: string): SegmentHeader {
  if (bytes.length < segmentHeaderBytes) throw damaged(`${file} ends within its header`);
  if (bytes.readUInt32LE(checksumAt) !== crc32(bytes.subarray(0, checksumAt)))
    throw damaged(`the header of ${file} does not match its checksum`);
  if (!bytes.subarray(0, magic.length).equals(magic)) throw damaged(`${file} is no segment of a log`);
  const found = bytes.readUInt32LE(magic.length);
  if (found !== format)
    throw new StoreFailedError(`${file} has format ${found}; this Berth reads format ${format}`);
  const start = magic.length + 8;
  return {
    segment: bytes.readUInt32LE(magic.length + 4),
    firstFrame: bytes.readUIntLE(start, wide),
    revision: bytes.readUIntLE(start + wide, wide),
    compacted: bytes.readUIntLE(start + 2 * wide, wide),
    oldest: bytes.readUInt32LE(start + 3 * wide),
  };
}
