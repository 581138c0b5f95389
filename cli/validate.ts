/** `berth validate`: the checks of a push, on files that are not pushed yet. */
import { Command } from 'commander';
import { runReconciler } from './up.ts';

export function validateCommand(): Command {
  return new Command('validate')
    .description('check manifests as a push would be checked: every error, each with file:line:column')
    .argument('<path>', 'a manifest or a folder of manifests')
    .addHelpText(
      'after',
      '\nExamples:\n  berth validate clusters/prod\n  berth validate -o json deployment.yaml',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      process.exitCode = await runReconciler('validate', command.optsWithGlobals<object>(), [path]);
    });
}
