/** Lines appended to a file that is renamed when it is full; a bounded queue stands between writers and the disk. */
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock, Logger } from '../../core/ports.ts';

export interface RotationLimits {
  /** A file that grew past this is renamed. */
  readonly fileBytesMax: number;
  /** Renamed files that stay; the oldest goes first. */
  readonly filesMax: number;
  /** Lines that wait for the disk; more are counted and dropped: requests never wait for their record. */
  readonly queueBytesMax: number;
}

export const rotationDefaults: RotationLimits = {
  fileBytesMax: 100 * 1024 * 1024,
  filesMax: 10,
  queueBytesMax: 16 * 1024 * 1024,
};

export class RotatingFile {
  readonly #path: string;
  readonly #limits: RotationLimits;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #file: FileHandle | undefined;
  #bytes = 0;
  #queue: string[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(
    path: string,
    limits: RotationLimits,
    ports: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#path = path;
    this.#limits = limits;
    this.#clock = ports.clock;
    this.#logger = ports.logger;
  }

  /** Has the line written soon; false where the queue is full and the line is lost. */
  write(line: string): boolean {
    if (this.#queuedBytes + line.length > this.#limits.queueBytesMax) {
      this.#dropped++;
      return false;
    }
    this.#queue.push(line);
    this.#queuedBytes += line.length;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return true;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    // What comes within one turn is written at once.
    await new Promise((resume) => setImmediate(resume));
    while (this.#queue.length > 0) {
      const lines = this.#queue;
      const dropped = this.#dropped;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#dropped = 0;
      if (dropped > 0) this.#logger.error('audit events were lost: the disk is too slow', { dropped });
      try {
        await this.#append(`${lines.join('\n')}\n`);
      } catch (error) {
        this.#logger.error('audit events were lost: the file cannot be written', {
          lost: lines.length,
          error: String(error),
        });
        await this.#file?.close().catch(() => undefined);
        this.#file = undefined;
      }
    }
  }

  async #append(text: string): Promise<void> {
    if (this.#file === undefined) {
      this.#file = await open(this.#path, 'a', 0o600);
      this.#bytes = (await this.#file.stat()).size;
    }
    await this.#file.appendFile(text);
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > this.#limits.fileBytesMax) await this.#rotate();
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const directory = dirname(this.#path);
    const stem = basename(this.#path, '.log');
    const time = new Date(this.#clock.now()).toISOString().replaceAll(':', '-').replace('Z', '');
    const names = (await readdir(directory)).filter(
      (name) => name.startsWith(`${stem}-`) && name.endsWith('.log'),
    );
    // Two rotations within a millisecond keep both files, in their order.
    const prefix = `${stem}-${time}.`;
    const taken = names
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number.parseInt(name.slice(prefix.length), 10));
    const renamed = `${prefix}${String(Math.max(-1, ...taken) + 1).padStart(3, '0')}.log`;
    await rename(this.#path, join(directory, renamed));
    const old = [...names, renamed].sort().slice(0, -this.#limits.filesMax);
    for (const name of old) await unlink(join(directory, name));
  }
}
