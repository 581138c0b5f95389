/** What came of many runs, told as it comes. */
import type { RunResult } from './simulation.ts';

/** Failing seeds that are told in full; of more, only the numbers. */
const failuresTold = 5;

export class Tally {
  readonly #first: number;
  readonly #seeds: number;
  readonly #shape: readonly string[];
  readonly #failures: RunResult[] = [];
  readonly #restsMs: number[] = [];
  #done = 0;
  #commits = 0;

  /** `shape` are the arguments that a replay needs besides the seed. */
  constructor(first: number, seeds: number, shape: readonly string[]) {
    this.#first = first;
    this.#seeds = seeds;
    this.#shape = shape;
  }

  get failed(): number {
    return this.#failures.length;
  }

  add(result: RunResult): void {
    this.#done += 1;
    this.#commits += result.commits;
    this.#restsMs.push(result.restMs);
    if (result.findings.length > 0) {
      this.#failures.push(result);
      if (this.#failures.length <= failuresTold) this.#tell(result);
    }
    if (process.stderr.isTTY && this.#seeds > 1)
      process.stderr.write(`\r${this.#done}/${this.#seeds} seeds, ${this.failed} failed `);
  }

  print(seconds: number): void {
    if (process.stderr.isTTY && this.#seeds > 1) process.stderr.write('\n');
    const longest = Math.max(0, ...this.#restsMs) / 1000;
    const range = `${this.#first} to ${this.#first + this.#seeds - 1}`;
    process.stdout.write(
      `seeds ${range}: ${this.#done - this.failed} passed, ${this.failed} failed; ` +
        `${this.#commits} commits in ${seconds.toFixed(1)} s; at rest after ${longest.toFixed(0)} s at most\n`,
    );
    const more = this.#failures.slice(failuresTold).map(({ seed }) => seed);
    if (more.length > 0) process.stdout.write(`more that failed: ${more.join(' ')}\n`);
  }

  #tell({ seed, findings, lastLines }: RunResult): void {
    const replay = ['npm run sim -- --seed', String(seed), ...this.#shape, '--trace'].join(' ');
    const lines = [
      `SEED ${seed} FAILED`,
      ...findings.map(({ invariant, text }) => `  ${invariant}:\n    ${text}`),
      '  the end of its trace:',
      ...lastLines.map((line) => `    ${line}`),
      `  replay: ${replay}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
