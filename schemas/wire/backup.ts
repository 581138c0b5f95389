/**
 * The frame of a backup file, which the reconciler writes and reads and the command line checks: a line that says
 * what it is, the records, and a trailer with a digest of all that comes before it.
 */
import { createHash } from 'node:crypto';

/** What a backup begins with. The number is raised when its form changes. */
export const backupMagic: Uint8Array = new TextEncoder().encode('BERTH BACKUP 1\n\0');

/** magic 8, records 6, revision 6, zeros 12, SHA-256 of all before the trailer 32; numbers are little-endian. */
export const backupTrailerBytes = 64;
const trailerMagic = 'BERTHEND';
const digestAt = 32;
const wide = 6;

export interface BackupSummary {
  /** The revision of the store that the backup shows. */
  readonly revision: number;
  readonly records: number;
  /** Of the whole file. */
  readonly bytes: number;
}

/** The trailer for what `digest`, a SHA-256, was taken of. */
export function encodeBackupTrailer(
  summary: Pick<BackupSummary, 'revision' | 'records'>,
  digest: Uint8Array,
): Uint8Array {
  const trailer = Buffer.alloc(backupTrailerBytes);
  let offset = trailer.write(trailerMagic, 'latin1');
  offset = trailer.writeUIntLE(summary.records, offset, wide);
  trailer.writeUIntLE(summary.revision, offset, wide);
  trailer.set(digest, digestAt);
  return trailer;
}

/** Takes a backup chunk by chunk, of any size, and says at its end whether it is whole. */
export class BackupCheck {
  readonly #hash = createHash('sha256');
  /** The last bytes, which may be the trailer. */
  #tail = Buffer.alloc(0);
  #head = Buffer.alloc(0);
  #bytes = 0;

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#head.length < backupMagic.length)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, backupMagic.length - this.#head.length)]);
    const all = this.#tail.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#tail, chunk]);
    const end = Math.max(0, all.length - backupTrailerBytes);
    this.#hash.update(all.subarray(0, end));
    this.#tail = all.subarray(end);
  }

  /** Throws with what is wrong where the backup is cut short, damaged, or none at all. */
  finish(): BackupSummary {
    if (!this.#head.equals(backupMagic)) throw new Error('it is no backup of this version of Berth');
    const trailer = this.#tail;
    if (trailer.length < backupTrailerBytes || trailer.toString('latin1', 0, 8) !== trailerMagic)
      throw new Error('it ends before its last record: the backup is incomplete');
    if (!this.#hash.digest().equals(trailer.subarray(digestAt)))
      throw new Error('its checksum does not match: the backup is damaged');
    return {
      records: trailer.readUIntLE(8, wide),
      revision: trailer.readUIntLE(8 + wide, wide),
      bytes: this.#bytes,
    };
  }
}
