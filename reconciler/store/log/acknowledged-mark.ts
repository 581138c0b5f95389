import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { damaged } from './failure.ts';

/** The last frame that was acknowledged, and the revision that it brought the store to. */
export interface Acknowledged {
  readonly sequence: number;
  readonly revision: number;
}

export const markFile = 'acknowledged';
const magic = 0x4b434142;
const markBytes = 32;
const checksumAt = 28;
const wide = 6;

/**
 * Notes beside the log how far commits were acknowledged, so that a last frame which cannot be read is known for
 * what it is: a write that was cut short, which nobody was told of, or damage. The note is written after each sync of
 * the log and is not synced itself: it outlives the process, and after a loss of power it may say less than was
 * acknowledged, never more.
 */
export class AcknowledgedMark {
  readonly #file: number;

  /** The file must be there. */
  constructor(directory: string) {
    this.#file = openSync(join(directory, markFile), 'r+');
  }

  write(acknowledged: Acknowledged): void {
    writeSync(this.#file, encodeMark(acknowledged), 0, markBytes, 0);
  }

  sync(): void {
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Little-endian: magic 4, sequence 6, revision 6, zeros, CRC-32 of all before 4. */
export function encodeMark({ sequence, revision }: Acknowledged): Buffer {
  const bytes = Buffer.alloc(markBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUIntLE(sequence, 4, wide);
  bytes.writeUIntLE(revision, 10, wide);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, checksumAt)), checksumAt);
  return bytes;
}

/** The mark in `directory`; undefined where there is no such file. Throws StoreFailedError where it is damaged. */
export function readMark(directory: string): Acknowledged | undefined {
  const path = join(directory, markFile);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (
    bytes.length !== markBytes ||
    bytes.readUInt32LE(0) !== magic ||
    bytes.readUInt32LE(checksumAt) !== crc32(bytes.subarray(0, checksumAt))
  )
    throw damaged(`${path} does not match its checksum`);
  return { sequence: bytes.readUIntLE(4, wide), revision: bytes.readUIntLE(10, wide) };
}
