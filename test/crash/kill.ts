import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that will be killed. It says on its standard output, one line each, what it promises. */
export interface DoomedProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/** How long a program may take to say its first line. */
const firstLineMs = 60_000;

/** What a program's start compiles is kept for the next one: most of what hundreds of kills would take. */
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'berth-compile-cache') };

/**
 * Runs `program`, waits for its first line, lets it go on for `lifeMs`, kills it with SIGKILL, and returns every
 * whole line that it got out before it died. Throws when it ends by itself, whatever its exit code.
 */
export async function runAndKill(program: DoomedProgram, lifeMs: number): Promise<readonly string[]> {
  const child = spawn(program.command, program.args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const drained = once(reader, 'close');
  const firstLine = once(reader, 'line');
  reader.on('line', (line) => lines.push(line));
  try {
    await Promise.race([firstLine, exited, sleep(firstLineMs, undefined, { ref: false })]);
    if (lines.length > 0) await Promise.race([sleep(lifeMs), exited]);
  } finally {
    child.kill('SIGKILL');
  }
  const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  await drained;
  if (signal !== 'SIGKILL') throw new Error(`${program.command} ended by itself with exit code ${code}`);
  if (lines.length === 0) throw new Error(`${program.command} said nothing within ${firstLineMs} ms`);
  return lines;
}
