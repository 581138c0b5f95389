import { type InflateRaw, inflateSync } from 'node:zlib';
import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { deltaSize, objectHeader } from './pack-header.ts';
import { objectTooLarge, tooLarge } from './packed-size.ts';

const packSignature = 'PACK';
const packHeaderBytes = 12;
const packTrailerBytes = 20;

/** How many objects are unfolded before other work gets its turn. */
const objectsPerTurn = 200;

/**
 * Walks a pack that a server sent, before isomorphic-git unfolds and indexes it without any bound. Throws
 * GitSourceError where its objects, one or all, are over the bounds. It does not check what the objects say: that
 * is done when they are indexed, by their names.
 */
export async function inspectPack(pack: Buffer, limits: GitLimits): Promise<void> {
  if (pack.length < packHeaderBytes + packTrailerBytes || pack.toString('latin1', 0, 4) !== packSignature) {
    throw unexpected('the server sent something else than a pack');
  }
  const count = pack.readUInt32BE(8);
  if (count > limits.objectsMax)
    throw tooLarge(`a pack of ${count} objects`, limits.objectsMax, 'PackTooLarge');
  const end = pack.length - packTrailerBytes;
  const depths = new Map<number, number>();
  let total = 0;
  let offset = packHeaderBytes;
  for (let index = 0; index < count; index++) {
    if (index % objectsPerTurn === objectsPerTurn - 1) await new Promise((resolve) => setImmediate(resolve));
    const header = objectHeader(pack.subarray(offset, end), offset);
    const { content, consumed } = inflateObject(
      pack.subarray(offset + header.length, end),
      header.size,
      limits,
    );
    const size = header.base === undefined ? content.length : deltaSize(content);
    if (size > limits.objectBytesMax) throw objectTooLarge(`number ${index + 1} of the pack`, size, limits);
    total += size;
    if (total > limits.totalBytesMax)
      throw tooLarge('more bytes of objects', limits.totalBytesMax, 'PackTooLarge');
    const depth = header.base?.type === 'offset' ? (depths.get(header.base.offset) ?? 0) + 1 : 0;
    if (depth > limits.deltaDepthMax)
      throw tooLarge('longer chains of deltas', limits.deltaDepthMax, 'DeltaChainTooLong');
    if (depth > 0) depths.set(offset, depth);
    offset += header.length + consumed;
  }
}

function inflateObject(
  deflated: Buffer,
  size: number,
  limits: GitLimits,
): { content: Buffer; consumed: number } {
  if (size > limits.objectBytesMax) throw objectTooLarge('in the pack', size, limits);
  try {
    const inflated: unknown = inflateSync(deflated, { info: true, maxOutputLength: Math.max(1, size) });
    const { buffer, engine } = inflated as { readonly buffer: Buffer; readonly engine: InflateRaw };
    if (buffer.length === size) return { content: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    throw new GitSourceError('retry', 'PackDamaged', 'the server sent a pack that cannot be unfolded', {
      cause: error,
    });
  }
  throw new GitSourceError(
    'retry',
    'PackDamaged',
    'the server sent a pack whose objects are not as long as it says',
  );
}

/** Side bands of a response, as gitprotocol-pack(5) numbers them. */
const packBand = 1;
const errorBand = 3;

/** What of a server's own words an error repeats. */
const quotedLength = 200;

/**
 * The pack within a response of git-upload-pack, which sends it in the packets of a side band. Throws what the
 * server gave as its reason where there is none: isomorphic-git would take that for a pack without objects.
 */
export function packOfResponse(response: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let offset = 0; offset + 4 <= response.length; ) {
    const length = Number.parseInt(response.toString('latin1', offset, offset + 4), 16);
    if (Number.isNaN(length)) throw unexpected('the server does not speak as Git does');
    const payload = response.subarray(offset + 4, offset + Math.max(4, length));
    if (payload[0] === packBand) parts.push(payload.subarray(1));
    else if (payload[0] === errorBand) throw refused(payload.subarray(1));
    else if (payload.toString('latin1', 0, 4) === 'ERR ') throw refused(payload.subarray(4));
    offset += Math.max(4, length);
  }
  if (parts.length === 0) throw unexpected('the server sent no pack');
  return Buffer.concat(parts);
}

function refused(words: Buffer): GitSourceError {
  const said = words
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, quotedLength);
  // The ref moved on since it was asked for, or a commit was asked for that no ref leads to.
  const reason = /not our ref|unadvertised object/u.test(said) ? 'CommitNotServed' : 'FetchFailed';
  return new GitSourceError('retry', reason, `the server refuses: ${said}`);
}

function unexpected(message: string): GitSourceError {
  return new GitSourceError('retry', 'UnexpectedResponse', message);
}
