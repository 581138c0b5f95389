/** Headers within a pack, as gitformat-pack(5) lays them out. */
import { GitSourceError } from './git-source-error.ts';

export interface ObjectHeader {
  /** Bytes of the header itself; deflated data follows. */
  readonly length: number;
  /** Bytes of that data unfolded: the object, or the delta. */
  readonly size: number;
  /** What a delta is applied to; absent where the object is whole. */
  readonly base?:
    | { readonly type: 'offset'; readonly offset: number }
    | { readonly type: 'object'; readonly oid: string };
}

const oidBytes = 20;
const offsetDelta = 6;
const objectDelta = 7;
const wholeTypes: ReadonlySet<number> = new Set([1, 2, 3, 4]);

/** Reads the header at the start of `bytes`, which lie at `offset` of the pack. */
export function objectHeader(bytes: Buffer, offset: number): ObjectHeader {
  const first = byteAt(bytes, 0);
  const type = (first >> 4) & 7;
  let size = first & 0x0f;
  let at = 1;
  for (let more = first >= 0x80, shift = 4; more; shift += 7) {
    const byte = byteAt(bytes, at++);
    size += (byte & 0x7f) * 2 ** shift;
    more = byte >= 0x80;
  }
  if (wholeTypes.has(type)) return { length: at, size };
  if (type === objectDelta) {
    if (at + oidBytes > bytes.length) throw damaged();
    return {
      length: at + oidBytes,
      size,
      base: { type: 'object', oid: bytes.toString('hex', at, at + oidBytes) },
    };
  }
  if (type !== offsetDelta) throw damaged();
  let distance = 0;
  for (let more = true; more; ) {
    const byte = byteAt(bytes, at++);
    distance = distance * 128 + (byte & 0x7f);
    more = byte >= 0x80;
    if (more) distance += 1;
  }
  if (distance <= 0 || distance > offset) throw damaged();
  return { length: at, size, base: { type: 'offset', offset: offset - distance } };
}

/** The size of what a delta makes, from the delta's first bytes: it follows the size of what it is applied to. */
export function deltaSize(delta: Buffer): number {
  let at = 0;
  while (byteAt(delta, at++) >= 0x80);
  let size = 0;
  for (let more = true, shift = 0; more; shift += 7) {
    const byte = byteAt(delta, at++);
    size += (byte & 0x7f) * 2 ** shift;
    more = byte >= 0x80;
  }
  return size;
}

function byteAt(bytes: Buffer, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw damaged();
  return byte;
}

function damaged(): GitSourceError {
  return new GitSourceError('stalled', 'RepositoryDamaged', 'a pack of the repository is damaged');
}
