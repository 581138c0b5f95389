import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../../core/ports.ts';
import { markFile, readMark } from './acknowledged-mark.ts';
import type { Acknowledged } from './acknowledged-mark.ts';
import { decodeEntry, entryHeaderBytes, entryLengthAt } from './entry-codec.ts';
import type { LogEntry } from './entry-codec.ts';
import { damaged } from './failure.ts';
import {
  frameAlignBytes,
  frameBytes,
  frameHeaderBytes,
  matchesFrame,
  readFrameHeader,
} from './frame-codec.ts';
import type { Location, StoreState } from './location.ts';
import type { Segment } from './log.ts';
import { segmentNumbers, segmentPath } from './segment-files.ts';
import { decodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';
import type { SegmentHeader } from './segment-header.ts';

/** Who is told what the log holds, in its order. */
export interface LogReader {
  /** The state of the store before the first entry that is left. */
  begin(state: StoreState): void;
  entry(entry: LogEntry, location: Location): void;
  /** The state after what was told so far. */
  readonly state: StoreState;
}

export interface Recovered {
  readonly segments: readonly Segment[];
  /** Of the last frame. */
  readonly sequence: number;
}

/**
 * Reads the whole log in `directory`, so that damage to any byte of it is found now, and tells `reader` what it holds.
 * A last write that was cut short, and that nobody was told of, is cut off. Undefined where there is no log yet.
 * Throws StoreFailedError, which names the file and the place, for damage; nothing is changed then.
 */
export async function recover(
  directory: string,
  reader: LogReader,
  logger: Logger | undefined,
): Promise<Recovered | undefined> {
  const numbers = segmentNumbers(directory);
  const mark = readMark(directory);
  if (numbers.length === 0) {
    if (mark === undefined || mark.sequence === 0) return undefined;
    throw damaged(
      `there is no log in ${directory}, but commits up to revision ${mark.revision} were acknowledged`,
    );
  }
  if (mark === undefined) throw damaged(`${directory} lacks the file ${markFile}`);
  const scan = new Scan(directory, reader, mark);
  for (const number of numbers) await scan.segment(number, number === numbers.at(-1));
  scan.finish();
  const segments = openSegments(directory, scan.segments);
  const last = segments.at(-1);
  if (last !== undefined) settleEnd(last, scan, logger);
  return { segments, sequence: scan.sequence };
}

/** The end of the last segment, as far as it is in question. */
interface OpenEnd {
  /** Whole frames that the mark does not know of, as they lie on disk from `offset` on. */
  readonly unmarked: Buffer;
  readonly offset: number;
  /** Bytes after them of a write that was cut short. */
  readonly tornBytes: number;
}

interface ScannedSegment {
  readonly number: number;
  readonly header: SegmentHeader;
  /** Up to the end of the last whole frame. */
  readonly bytes: number;
}

class Scan {
  readonly #directory: string;
  readonly #reader: LogReader;
  readonly #mark: Acknowledged;
  #dropped = 0;
  sequence = 0;
  readonly segments: ScannedSegment[] = [];
  end: OpenEnd = { unmarked: Buffer.alloc(0), offset: 0, tornBytes: 0 };

  constructor(directory: string, reader: LogReader, mark: Acknowledged) {
    this.#directory = directory;
    this.#reader = reader;
    this.#mark = mark;
  }

  async segment(number: number, last: boolean): Promise<void> {
    const path = segmentPath(this.#directory, number);
    const bytes = await readFile(path);
    const header = decodeSegmentHeader(bytes, path);
    this.#follow(number, header, path);
    let offset = segmentHeaderBytes;
    let marked = offset;
    while (offset < bytes.length) {
      const length = this.#frame(bytes, offset, number);
      if (length === undefined) break;
      offset += length;
      if (this.sequence <= this.#mark.sequence) marked = offset;
    }
    if (offset < bytes.length && !(last && this.#isTorn(bytes.subarray(offset))))
      throw damaged(
        `${path} cannot be read at byte ${offset}, after revision ${this.#reader.state.revision}`,
      );
    this.segments.push({ number, header, bytes: offset });
    if (last)
      this.end = {
        unmarked: bytes.subarray(marked, offset),
        offset: marked,
        tornBytes: bytes.length - offset,
      };
  }

  /** What was acknowledged must be there, and no segment may be missing at the front. */
  finish(): void {
    const { revision } = this.#reader.state;
    if (this.sequence < this.#mark.sequence || revision < this.#mark.revision)
      throw damaged(
        `the log in ${this.#directory} ends at revision ${revision}, but commits up to revision ${this.#mark.revision} were acknowledged`,
      );
    const first = this.segments[0];
    if (first === undefined) return;
    if (first.number > this.#dropped + 1)
      throw damaged(
        `the log in ${this.#directory} begins with segment ${first.number}; those before it are missing`,
      );
  }

  /** A segment must be who its name says, and go on where the one before ended. */
  #follow(number: number, header: SegmentHeader, path: string): void {
    if (header.segment !== number) throw damaged(`${path} is segment ${header.segment}`);
    const former = this.segments.at(-1);
    if (former === undefined) {
      this.sequence = header.firstFrame - 1;
      this.#dropped = header.oldest - 1;
      this.#reader.begin({ revision: header.revision, compacted: header.compacted });
      return;
    }
    if (number !== former.number + 1)
      throw damaged(`segment ${former.number + 1} is missing in ${this.#directory}`);
    const { revision, compacted } = this.#reader.state;
    if (
      header.firstFrame !== this.sequence + 1 ||
      header.revision !== revision ||
      header.compacted !== compacted
    )
      throw damaged(`${path} does not go on where the segment before it ends, at revision ${revision}`);
  }

  /** Takes the frame at `offset` over; its length, or undefined where there is no whole one that belongs there. */
  #frame(bytes: Buffer, offset: number, segment: number): number | undefined {
    const header = readFrameHeader(bytes.subarray(offset, offset + frameHeaderBytes));
    if (header === undefined) return undefined;
    if (header.sequence !== this.sequence + 1 || header.segment !== segment) return undefined;
    const length = frameBytes(header.payloadBytes);
    if (offset + length > bytes.length) return undefined;
    const payload = bytes.subarray(offset + frameHeaderBytes, offset + length);
    if (!matchesFrame(payload, header)) return undefined;
    this.sequence++;
    this.#entries(bytes, offset + frameHeaderBytes, header.payloadBytes, segment);
    return length;
  }

  #entries(bytes: Buffer, start: number, payloadBytes: number, segment: number): void {
    const end = start + payloadBytes;
    for (let offset = start; offset < end; ) {
      const what = (): string => `the entry at byte ${offset} of ${segmentPath(this.#directory, segment)}`;
      if (offset + entryHeaderBytes > end) throw damaged(`${what()} is cut short`);
      const length = entryLengthAt(bytes, offset);
      const entry = decodeEntry(bytes.subarray(offset, Math.min(offset + length, end)), what);
      if (entry.type === 'drop') this.#dropped = Math.max(this.#dropped, entry.segment);
      this.#reader.entry(entry, { segment, offset, length });
      offset += length;
    }
  }

  /**
   * Whether what cannot be read at the end of the log is a write that was cut short. That one was the next after all
   * that was acknowledged, and no other was begun before it was done.
   */
  #isTorn(rest: Buffer): boolean {
    if (this.sequence < this.#mark.sequence) return false;
    for (let offset = frameAlignBytes; offset < rest.length; offset += frameAlignBytes) {
      const header = readFrameHeader(rest.subarray(offset, offset + frameHeaderBytes));
      if (header !== undefined && header.sequence > this.sequence + 1) return false;
    }
    return true;
  }
}

function openSegments(directory: string, scanned: readonly ScannedSegment[]): readonly Segment[] {
  const opened: Segment[] = [];
  try {
    for (const segment of scanned)
      opened.push({ ...segment, file: openSync(segmentPath(directory, segment.number), 'r+') });
    return opened;
  } catch (error) {
    for (const { file } of opened) closeSync(file);
    throw error;
  }
}

/**
 * Cuts off a write that was cut short. Frames that nobody was told of are written once more: after a sync that failed,
 * the kernel may show bytes that it has given up to bring to disk.
 */
function settleEnd(last: Segment, { end }: Scan, logger: Logger | undefined): void {
  if (end.tornBytes > 0) {
    ftruncateSync(last.file, last.bytes);
    logger?.warn('the last write to the store was cut short, and nobody was told that it was done', {
      bytes: end.tornBytes,
    });
  }
  for (let done = 0; done < end.unmarked.length; )
    done += writeSync(last.file, end.unmarked, done, end.unmarked.length - done, end.offset + done);
  fdatasyncSync(last.file);
}
