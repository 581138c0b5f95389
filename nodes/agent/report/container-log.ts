/** Container logs on disk, read as Kubernetes' log options ask. */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogQuery } from '../../../schemas/wire/messages.ts';
import { type LogLine, parseLogLine } from '../core/log-line.ts';
import type { PodRef } from '../core/pod-state.ts';

const chunkBytes = 64 * 1024;
/** How often a followed log is looked at. */
const followPollMs = 100;

export interface ContainerLogOptions {
  readonly logRoot: string;
  readonly pod: PodRef;
  readonly query: LogQuery;
  readonly nowMs: number;
  /** A followed log ends when its container has ended. */
  readonly isRunning: () => boolean;
  readonly signal: AbortSignal;
}

/** undefined: there is no such log (yet). */
export async function findLog(logRoot: string, pod: PodRef, query: LogQuery): Promise<string | undefined> {
  const folder = join(logRoot, `${pod.namespace}_${pod.name}_${pod.uid}`, query.container);
  const names = await readdir(folder).catch(() => []);
  const attempts = names
    .flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
  const attempt = attempts[query.previous === true ? 1 : 0];
  return attempt === undefined ? undefined : join(folder, `${String(attempt)}.log`);
}

/** The log's text, line by line. */
export async function* readLog(path: string, options: ContainerLogOptions): AsyncGenerator<string> {
  const { query } = options;
  const sinceMs = query.sinceSeconds === undefined ? 0 : options.nowMs - query.sinceSeconds * 1000;
  let remainingBytes = query.limitBytes ?? Number.POSITIVE_INFINITY;
  let continues = false;
  const start = query.tailLines === undefined ? 0 : await tailOffset(path, query.tailLines);
  for await (const line of lines(path, start, options)) {
    const isOld = sinceMs > 0 && Date.parse(line.time) < sinceMs;
    if (isOld) continue;
    const prefix = query.timestamps === true && !continues ? `${line.time} ` : '';
    continues = !line.full;
    const text = Buffer.from(`${prefix}${line.content}${line.full ? '\n' : ''}`);
    yield text.subarray(0, remainingBytes).toString('utf8');
    remainingBytes -= text.length;
    if (remainingBytes <= 0) return;
  }
}

async function* lines(path: string, start: number, options: ContainerLogOptions): AsyncGenerator<LogLine> {
  let file = await open(path);
  try {
    let rest = Buffer.alloc(0);
    let position = start;
    for (;;) {
      // Asked before reading: what the container wrote last is then read for certain.
      const mayGrow = options.query.follow === true && options.query.previous !== true && options.isRunning();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position);
      if (bytesRead > 0) {
        position += bytesRead;
        const block = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const end = block.lastIndexOf(0x0a) + 1;
        rest = block.subarray(end);
        yield* parsed(block.subarray(0, end));
        continue;
      }
      if (!mayGrow || options.signal.aborted) return;
      const next = await rotated(path, file);
      if (next !== undefined) {
        await file.close();
        file = next;
        position = 0;
      } else await sleep(followPollMs, undefined, { signal: options.signal }).catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}

function* parsed(block: Buffer): Generator<LogLine> {
  for (const text of block.toString('utf8').split('\n')) {
    const line = parseLogLine(text);
    if (line !== undefined) yield line;
  }
}

/** A new file under the same name, where the log was rotated. */
async function rotated(path: string, file: FileHandle): Promise<FileHandle | undefined> {
  const [now, held] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return now === undefined || now.ino === held.ino ? undefined : open(path);
}

/** Where the last `count` lines begin, found from the end. */
async function tailOffset(path: string, count: number): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let position = size;
    let found = 0;
    while (position > 0) {
      const length = Math.min(chunkBytes, position);
      position -= length;
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      for (let index = length - 1; index >= 0; index--) {
        if (buffer[index] !== 0x0a || position + index === size - 1) continue;
        if (++found >= count) return count === 0 ? size : position + index + 1;
      }
    }
    return count === 0 ? size : 0;
  } finally {
    await file.close();
  }
}
