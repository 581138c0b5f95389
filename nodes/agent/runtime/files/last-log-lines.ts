import { open } from 'node:fs/promises';
import { parseLogLine } from '../../core/log-line.ts';

/** What a container wrote last, without the log format's own fields. Empty where there is no log. */
export async function lastLogLines(
  path: string,
  bounds: { readonly linesMax: number; readonly bytesMax: number },
): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    // A line of the log has some 40 bytes of its own.
    const length = Math.min(size, bounds.bytesMax + bounds.linesMax * 64);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const contents = buffer
      .toString('utf8')
      .split('\n')
      .map(parseLogLine)
      .filter((line) => line !== undefined)
      .slice(-bounds.linesMax)
      .map(({ content, full }) => (full ? `${content}\n` : content));
    return Buffer.from(contents.join('')).subarray(-bounds.bytesMax).toString('utf8');
  } finally {
    await file.close();
  }
}
