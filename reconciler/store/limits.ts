import { StoreLimitError } from '../core/ports.ts';
import type { StoreWrite } from '../core/ports.ts';

/** The longest Kubernetes key, /registry/GROUP/RESOURCE/NAMESPACE/NAME, is below 900 bytes. */
export const keyBytesMax = 1024;

/** Kubernetes bodies end at 3 MiB; room for what defaulting and managed fields add to them. */
export const valueBytesMax = 8 * 1024 * 1024;

/** One plan of a large application in one commit; more would stall every other writer behind it. */
export const commitWritesMax = 16_384;

/** One commit is encoded in memory at once. */
export const commitBytesMax = 64 * 1024 * 1024;

/** Where a page of a list ends its turn, so that a long list does not hold up the event loop. */
export const listTurnRecords = 1_000;

/** How many revisions of history one turn of a replaying watch reads. */
export const replayTurnRevisions = 256;

/** A watcher that is further behind than this is dropped from memory and goes on from history. */
export const watchBufferEvents = 8_192;
export const watchBufferBytes = 32 * 1024 * 1024;

/** Rejects what no backend may hold. Keys are well-formed text without NUL, so that their UTF-8 bytes order them. */
export function assertWrites(writes: readonly StoreWrite[]): void {
  if (writes.length > commitWritesMax) {
    throw new StoreLimitError(
      'writes',
      `a commit of ${writes.length} writes; at most ${commitWritesMax} are allowed`,
    );
  }
  const seen = new Set<string>();
  let bytes = 0;
  for (const write of writes) {
    assertKey(write.key);
    if (seen.has(write.key))
      throw new TypeError(`key ${JSON.stringify(write.key)} occurs twice in one commit`);
    seen.add(write.key);
    if (write.expected !== undefined) assertRevision(write.expected);
    if (write.type === 'put') bytes += assertValue(write.key, write.value);
  }
  if (bytes > commitBytesMax) {
    throw new StoreLimitError('writes', `a commit of ${bytes} bytes; at most ${commitBytesMax} are allowed`);
  }
}

/** Revisions are counted from 1; 0 stands for "before the first commit" or "does not exist". */
export function assertRevision(revision: number): void {
  if (!Number.isSafeInteger(revision) || revision < 0) {
    throw new RangeError(`a revision is a whole number from 0, not ${revision}`);
  }
}

export function assertPageLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`the limit of a list is a whole number from 1, not ${limit}`);
  }
}

function assertKey(key: string): void {
  if (key === '') throw new TypeError('the empty string is not a key');
  if (key.includes('\0') || !key.isWellFormed()) {
    throw new TypeError(`key ${JSON.stringify(key)} is not well-formed text without NUL`);
  }
  // Three bytes of UTF-8 are the most that one UTF-16 unit takes: short keys need no counting.
  if (key.length * 3 <= keyBytesMax) return;
  const bytes = Buffer.byteLength(key);
  if (bytes > keyBytesMax) {
    throw new StoreLimitError(
      'key',
      `a key of ${bytes} bytes, ${key.slice(0, 80)}…; at most ${keyBytesMax} are allowed`,
    );
  }
}

function assertValue(key: string, value: Uint8Array): number {
  if (value.byteLength > valueBytesMax) {
    throw new StoreLimitError(
      'value',
      `${key}: a value of ${value.byteLength} bytes; at most ${valueBytesMax} are allowed`,
    );
  }
  return value.byteLength;
}
