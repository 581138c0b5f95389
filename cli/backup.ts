/** `berth backup`: the store at one revision, in one file that is known to be whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { BackupCheck, type BackupSummary } from '../schemas/wire/backup.ts';
import { apiClient, NotRunning } from './client.ts';
import { outputFormat, print, progressLine } from './output.ts';
import { type GlobalOptions, socketPath } from './settings.ts';
import { reconcilerArguments } from './up.ts';

interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Rejects where the source failed, whatever it gave before. */
  readonly finished: () => Promise<void>;
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('write everything that the reconciler keeps in its store to a file; it may be running')
    .argument('<file>', 'where to write it; replaced when the new backup is complete')
    .addHelpText(
      'after',
      '\nExamples:\n  berth backup /var/backups/berth.backup\n  berth restore /var/backups/berth.backup\n\nSecrets are as encrypted in it as in the store: keep the key file of the state directory too, elsewhere.',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const format = outputFormat(options.output);
      const path = resolve(file);
      const summary = await save(await sourceOf(options), path);
      print(format, { file: path, ...summary }, () => {
        const megabytes = (summary.bytes / 1e6).toFixed(1);
        return `${path}: ${summary.records} records of revision ${summary.revision}, ${megabytes} MB, verified`;
      });
    });
}

/** The running reconciler; where there is none, its store. */
async function sourceOf(options: GlobalOptions): Promise<Source> {
  try {
    const chunks = await apiClient(socketPath(options)).stream('/apis/berth.dev/v1alpha1/backup');
    return { chunks, finished: () => Promise.resolve() };
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
  }
  process.stderr.write('no reconciler is running: reading its store\n');
  const child = spawn(process.execPath, reconcilerArguments('backup', options), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  return {
    chunks: child.stdout,
    finished: async () => {
      const [code] = (await exited) as [number | null];
      if (code !== 0) throw new Error('the store could not be read');
    },
  };
}

/** Writes beside the file, checks what was written, and puts it in the file's place when it is on disk. */
async function save(source: Source, path: string): Promise<BackupSummary> {
  const partial = `${path}.partial`;
  const progress = progressLine();
  try {
    const file = await open(partial, 'w', 0o600);
    let summary: BackupSummary;
    try {
      let bytes = 0;
      for await (const chunk of source.chunks) {
        await file.writeFile(chunk);
        bytes += chunk.byteLength;
        progress.show(`${(bytes / 1e6).toFixed(1)} MB`);
      }
      await source.finished();
      await file.sync();
      summary = await check(partial);
    } finally {
      await file.close();
      progress.clear();
    }
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return summary;
  } catch (error) {
    await rm(partial, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`no backup was made: ${reason}`, { cause: error });
  }
}

/** Reads the file back: what counts is what is in it, not what was meant to be. */
async function check(path: string): Promise<BackupSummary> {
  const result = new BackupCheck();
  const file = await open(path, 'r');
  for await (const chunk of file.createReadStream()) result.update(chunk as Buffer);
  return result.finish();
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
