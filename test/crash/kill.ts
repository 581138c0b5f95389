import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program that will be killed. It begins when its standard input ends, and says on its standard output, one line
 * each, what it promises.
 */
export interface DoomedProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/** How long a program may take to say its first line. */
const firstLineMs = 60_000;

/** What a program's start compiles is kept for the next one: most of what hundreds of kills would take. */
const environment = {
  NODE_COMPILE_CACHE: join(tmpdir(), 'berth-compile-cache'),
  ...process.env,
};

/** Such a program, started ahead of its turn, so that its start does not take time of its own. */
export class DoomedProcess {
  readonly #program: DoomedProgram;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exited: Promise<unknown[]>;

  constructor(program: DoomedProgram) {
    this.#program = program;
    this.#child = spawn(program.command, program.args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environment,
    });
    this.#exited = once(this.#child, 'exit');
  }

  /**
   * Lets the program begin, waits for its first line, lets it go on for `lifeMs`, kills it with SIGKILL, and returns
   * every whole line that it got out before it died. Throws when it ends by itself, whatever its exit code.
   */
  async runAndKill(lifeMs: number): Promise<readonly string[]> {
    const { command } = this.#program;
    const child = this.#child;
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    const drained = once(reader, 'close');
    const firstLine = once(reader, 'line');
    reader.on('line', (line) => lines.push(line));
    child.stdin.end();
    try {
      await Promise.race([firstLine, this.#exited, sleep(firstLineMs, undefined, { ref: false })]);
      if (lines.length > 0) await Promise.race([sleep(lifeMs), this.#exited]);
    } finally {
      this.kill();
    }
    const [code, signal] = (await this.#exited) as [number | null, NodeJS.Signals | null];
    await drained;
    if (signal !== 'SIGKILL') throw new Error(`${command} ended by itself with exit code ${code}`);
    if (lines.length === 0) throw new Error(`${command} said nothing within ${firstLineMs} ms`);
    return lines;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
