/** What happened in a run: a digest of all of it, and its last lines for people. */
import { createHash } from 'node:crypto';

/** Lines that a failure shows. */
const linesKept = 60;

export class Trace {
  readonly #digest = createHash('sha256');
  readonly #lines: string[] = [];
  readonly #tell: ((line: string) => void) | undefined;

  /** `tell` hears of every line as it comes. */
  constructor(tell?: (line: string) => void) {
    this.#tell = tell;
  }

  /** `steadyMs` is the time since the start of the run. */
  add(steadyMs: number, text: string): void {
    const line = `${(steadyMs / 1000).toFixed(3).padStart(9)}s ${text}`;
    this.#digest.update(line);
    this.#lines.push(line);
    if (this.#lines.length > 2 * linesKept) this.#lines.splice(0, linesKept);
    this.#tell?.(line);
  }

  /** Bytes that belong to the trace and are not shown. */
  mix(bytes: Uint8Array): void {
    this.#digest.update(bytes);
  }

  /** Of everything so far, as 16 hex digits. */
  digest(): string {
    return this.#digest.copy().digest('hex').slice(0, 16);
  }

  last(): readonly string[] {
    return this.#lines.slice(-linesKept);
  }
}
