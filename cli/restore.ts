/** `berth restore`: puts the store back to what a backup holds. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { outputFormat } from './output.ts';
import type { GlobalOptions } from './settings.ts';
import { runReconciler } from './up.ts';

export function restoreCommand(): Command {
  return new Command('restore')
    .description('make the store what a backup holds; the reconciler must not be running')
    .argument('<file>', "a backup made with 'berth backup'")
    .addHelpText(
      'after',
      '\nThe backup is checked before anything is touched, and the former store is kept beside the new one.\nRevisions go on above those of both, so that clients list anew.\n\nExamples:\n  berth restore /var/backups/berth.backup',
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      outputFormat(options.output);
      process.exitCode = await runReconciler('restore', options, [resolve(file)]);
    });
}
