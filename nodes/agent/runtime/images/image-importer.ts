/** Image archives into containerd, by containerd's own client. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { ImageImporter } from '../../core/ports.ts';
import { ImageProblem } from '../../core/problems.ts';

const run = promisify(execFile);

/** Unpacking some gigabytes on a slow disk. */
const importTimeoutMs = 600_000;

export interface CtrImporterOptions {
  readonly runtimeSocket: string;
  /** For archives on their way; emptied at start. */
  readonly spoolFolder: string;
}

export class CtrImporter implements ImageImporter {
  readonly #options: CtrImporterOptions;
  #count = 0;

  constructor(options: CtrImporterOptions) {
    this.#options = options;
  }

  /** Removes what an agent that was killed left in the spool. */
  async open(): Promise<void> {
    await rm(this.#options.spoolFolder, { recursive: true, force: true });
    await mkdir(this.#options.spoolFolder, { recursive: true, mode: 0o700 });
  }

  async import(archive: AsyncIterable<Uint8Array>, digest: string): Promise<readonly string[]> {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest))
      throw new ImageProblem('InvalidDigest', `${JSON.stringify(digest)} is not sha256:HEX`);
    const path = join(this.#options.spoolFolder, `archive-${String(this.#count++)}`);
    try {
      const found = await spool(archive, path);
      if (found !== digest)
        throw new ImageProblem('DigestMismatch', `the archive's digest is ${found}, announced was ${digest}`);
      return await this.#importFile(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #importFile(path: string): Promise<readonly string[]> {
    const args = [
      '--address',
      this.#options.runtimeSocket,
      '--namespace',
      'k8s.io',
      'images',
      'import',
      path,
    ];
    try {
      const { stdout } = await run('ctr', args, { timeout: importTimeoutMs });
      // One line per image: `unpacking NAME (DIGEST)...done`.
      return [...stdout.matchAll(/^unpacking (\S+) \(sha256:/gm)].map((match) => match[1] ?? '').sort();
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw new ImageProblem(
        'ImportFailed',
        `containerd did not take the archive: ${(stderr ?? message).trim()}`,
      );
    }
  }
}

async function spool(archive: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(
      archive,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(path, { mode: 0o600 }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new ImageProblem('NoSpace', 'no room on the disk for the archive');
    throw error;
  }
  return `sha256:${hash.digest('hex')}`;
}
