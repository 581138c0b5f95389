import {
  close as closeCallback,
  fdatasync as syncCallback,
  openSync,
  readSync,
  write,
  writeSync,
} from 'node:fs';
import { unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StoreFailedError } from '../../core/ports.ts';
import type { AcknowledgedMark } from './acknowledged-mark.ts';
import { decodeEntry } from './entry-codec.ts';
import type { LogEntry } from './entry-codec.ts';
import { damaged } from './failure.ts';
import { frameBytes, frameHeaderBytes, sealFrame } from './frame-codec.ts';
import type { Location, StoreState } from './location.ts';
import { createSegment, segmentPath, syncDirectory } from './segment-files.ts';
import { segmentHeaderBytes } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';

const close = promisify(closeCallback);
const fdatasync = promisify(syncCallback);

/** A larger write goes through the thread pool, so that copying it to the kernel does not hold up the event loop. */
const writeAtOnceBytes = 256 * 1024;

/** A disk that takes longer than this for one write is taken for lost. */
const writeDeadlineMs = 60_000;

/** One file of the log. Only the last one is written to. */
export interface Segment {
  readonly number: number;
  /** File descriptor. */
  readonly file: number;
  readonly header: SegmentHeader;
  /** Length of the file. */
  readonly bytes: number;
}

/**
 * The log: numbered segments of frames, each appended and synced before the next. Every byte of it is under a
 * checksum. Reads are of single entries and synchronous; they are served by the page cache, as a rule.
 */
export class Log {
  readonly #directory: string;
  readonly #mark: AcknowledgedMark;
  readonly #segmentBytesMax: number;
  readonly #segments = new Map<number, Segment>();
  #active: Segment;
  #oldest: number;
  /** Files that are being removed, one after the other. */
  #dropping: Promise<void> = Promise.resolve();
  #sequence: number;
  #bytes: number;

  constructor(parts: {
    readonly directory: string;
    readonly mark: AcknowledgedMark;
    /** A new segment is begun rather than let one grow over this; a frame that is larger gets one of its own. */
    readonly segmentBytesMax: number;
    readonly segments: readonly Segment[];
    /** Of the last frame. */
    readonly sequence: number;
  }) {
    this.#directory = parts.directory;
    this.#mark = parts.mark;
    this.#segmentBytesMax = parts.segmentBytesMax;
    this.#sequence = parts.sequence;
    const first = parts.segments[0];
    const last = parts.segments.at(-1);
    if (first === undefined || last === undefined) throw new Error('a log has at least one segment');
    for (const segment of parts.segments) this.#segments.set(segment.number, segment);
    this.#active = last;
    this.#oldest = first.number;
    this.#bytes = parts.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Oldest first; the last one is written to. */
  segments(): IterableIterator<Segment> {
    return this.#segments.values();
  }

  headerOf(segment: number): SegmentHeader | undefined {
    return this.#segments.get(segment)?.header;
  }

  /** Begins a new segment where a frame with so much payload does not fit; where that payload will lie. */
  async makeRoom(payloadBytes: number, state: StoreState): Promise<{ segment: number; offset: number }> {
    const { bytes } = this.#active;
    const fits = bytes + frameBytes(payloadBytes) <= this.#segmentBytesMax;
    if (!fits && bytes > segmentHeaderBytes) await this.#begin(state);
    return { segment: this.#active.number, offset: this.#active.bytes + frameHeaderBytes };
  }

  /**
   * Appends a frame whose entries are in place after room for its header; on disk when this resolves. Rejects with
   * StoreFailedError when it is not certain to be: then nothing more may be written.
   */
  async append(frame: Buffer, payloadBytes: number, revision: number): Promise<void> {
    const active = this.#active;
    const sequence = this.#sequence + 1;
    sealFrame(frame, sequence, active.number, payloadBytes);
    try {
      await withDeadline(writeThrough(active.file, frame, active.bytes));
      this.#mark.write({ sequence, revision });
    } catch (error) {
      throw new StoreFailedError(
        `a write to ${segmentPath(this.#directory, active.number)} may not be on disk: ${messageOf(error)}`,
        { cause: error },
      );
    }
    this.#sequence = sequence;
    this.#bytes += frame.length;
    this.#active = { ...active, bytes: active.bytes + frame.length };
    this.#segments.set(active.number, this.#active);
  }

  /** The entry at `location`. Throws StoreFailedError, which names it as `what` does, where it is damaged. */
  read(location: Location, what: () => string): LogEntry {
    return decodeEntry(this.readBytes(location, what), what);
  }

  /** The bytes of one entry, or of several that follow each other. They are not shared with anyone. */
  readBytes({ segment, offset, length }: Location, what: () => string): Buffer {
    const file = this.#segments.get(segment)?.file;
    if (file === undefined) throw damaged(`${what()} is in segment ${segment}, which is missing`);
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) throw damaged(`${segmentPath(this.#directory, segment)} ends within ${what()}`);
      done += count;
    }
    return bytes;
  }

  /**
   * Removes the oldest segments up to this one; their files are gone when this resolves, and nobody need wait for that.
   * That they go must be in the log already, as a `drop`.
   */
  async dropThrough(last: number): Promise<void> {
    const going = [...this.#segments.values()].filter(({ number }) => number <= last);
    for (const { number, bytes } of going) {
      this.#segments.delete(number);
      this.#bytes -= bytes;
    }
    this.#dropping = this.#dropping.then(() => this.#remove(going, last));
    return this.#dropping;
  }

  async #remove(segments: readonly Segment[], last: number): Promise<void> {
    for (const { number, file } of segments) {
      await close(file);
      await unlink(segmentPath(this.#directory, number));
      await syncDirectory(this.#directory);
    }
    this.#oldest = last + 1;
  }

  async close(): Promise<void> {
    // What went wrong with it was told to who had them dropped.
    await Promise.allSettled([this.#dropping]);
    this.#mark.sync();
    this.#mark.close();
    for (const { file } of this.#segments.values()) await close(file);
    this.#segments.clear();
  }

  async #begin(state: StoreState): Promise<void> {
    const number = this.#active.number + 1;
    const header: SegmentHeader = {
      revision: state.revision,
      compacted: state.compacted,
      segment: number,
      firstFrame: this.#sequence + 1,
      oldest: this.#oldest,
    };
    try {
      await withDeadline(createSegment(this.#directory, header));
    } catch (error) {
      throw new StoreFailedError(
        `${segmentPath(this.#directory, number)} cannot be made: ${messageOf(error)}`,
        { cause: error },
      );
    }
    const file = openSync(segmentPath(this.#directory, number), 'r+');
    this.#active = { number, file, header, bytes: segmentHeaderBytes };
    this.#segments.set(number, this.#active);
    this.#bytes += segmentHeaderBytes;
  }
}

/** Writes all bytes at `position` and syncs them to disk. */
async function writeThrough(file: number, bytes: Buffer, position: number): Promise<void> {
  const atOnce = bytes.length <= writeAtOnceBytes;
  for (let done = 0; done < bytes.length; ) {
    const rest = bytes.subarray(done);
    done += atOnce
      ? writeSync(file, rest, 0, rest.length, position + done)
      : await writeSome(file, rest, position + done);
  }
  await fdatasync(file);
}

async function writeSome(file: number, bytes: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(file, bytes, 0, bytes.length, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    );
  });
}

async function withDeadline(written: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the disk did not finish within ${writeDeadlineMs} ms`)),
      writeDeadlineMs,
    );
  });
  try {
    await Promise.race([written, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
