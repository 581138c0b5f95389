import { crc32 } from 'node:zlib';

/**
 * A frame is what one write to the log brings: the entries of a group of commits, which are on disk together or not
 * at all. Its bytes, little-endian: magic 4, payload bytes 4, sequence number 6, zeros 2, segment 4, CRC-32 of the
 * padded payload 4, zeros 4, CRC-32 of the header so far 4; then the entries, padded with zeros.
 *
 * Frames are aligned, so that no header lies across two sectors of the disk and a torn one is found as such.
 */
export interface FrameHeader {
  readonly payloadBytes: number;
  readonly sequence: number;
  readonly segment: number;
  readonly checksum: number;
}

export const frameAlignBytes = 32;
export const frameHeaderBytes = 32;

const magic = 0x4d524642;
const checksumAt = 28;
const wide = 6;

/** Bytes of a whole frame with so much payload. */
export function frameBytes(payloadBytes: number): number {
  return frameHeaderBytes + Math.ceil(payloadBytes / frameAlignBytes) * frameAlignBytes;
}

/** Closes a frame whose entries are in place: zeroes the padding, writes the header. */
export function sealFrame(frame: Buffer, sequence: number, segment: number, payloadBytes: number): void {
  frame.fill(0, frameHeaderBytes + payloadBytes);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(payloadBytes, 4);
  frame.writeUIntLE(sequence, 8, wide);
  frame.writeUInt16LE(0, 14);
  frame.writeUInt32LE(segment, 16);
  frame.writeUInt32LE(crc32(frame.subarray(frameHeaderBytes)), 20);
  frame.writeUInt32LE(0, 24);
  frame.writeUInt32LE(crc32(frame.subarray(0, checksumAt)), checksumAt);
}

/** The header at the start of `bytes`; undefined where there is none. */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < frameHeaderBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  if (bytes.readUInt32LE(checksumAt) !== crc32(bytes.subarray(0, checksumAt))) return undefined;
  return {
    payloadBytes: bytes.readUInt32LE(4),
    sequence: bytes.readUIntLE(8, wide),
    segment: bytes.readUInt32LE(16),
    checksum: bytes.readUInt32LE(20),
  };
}

/** Whether a padded payload is what its header says. */
export function matchesFrame(payload: Buffer, header: FrameHeader): boolean {
  return crc32(payload) === header.checksum;
}
