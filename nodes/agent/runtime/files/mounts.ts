/** Mounts: memory-backed folders, and parts of volumes. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of all mounts at or below `folder`, the innermost first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map((line) => unescapePath(line.split(' ')[4] ?? ''))
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

export async function mountTmpfs(folder: string, sizeBytes: number | undefined): Promise<void> {
  const options = sizeBytes === undefined ? [] : ['-o', `size=${String(Math.ceil(sizeBytes))}`];
  await run('mount', ['-t', 'tmpfs', ...options, 'tmpfs', folder]);
}

/** Shows what is at `source` at `target` too. */
export async function bindMount(source: string, target: string): Promise<void> {
  await run('mount', ['--bind', source, target]);
}

export async function unmount(folder: string): Promise<void> {
  await run('umount', [folder]);
}

/** mountinfo writes space, tab, newline and backslash as octal. */
function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
