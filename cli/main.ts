/** `berth`: reads the command line and hands it to a command; every failure ends with one clear line. */
import { Command, CommanderError } from 'commander';
import { backupCommand } from './backup.ts';
import { ApiProblem, NotRunning } from './client.ts';
import { hostCommand } from './host.ts';
import { imageCommand } from './image.ts';
import { kubeconfigCommand } from './kubeconfig.ts';
import { logsCommand } from './logs.ts';
import { planCommand } from './plan.ts';
import { restoreCommand } from './restore.ts';
import { runCommand } from './run.ts';
import { statusCommand } from './status.ts';
import { upCommand } from './up.ts';
import { validateCommand } from './validate.ts';
import { versionCommand } from './version.ts';
import { whyCommand } from './why.ts';

/** Exit codes: 1 failed, 2 wrong usage, 3 refused by the API, 69 no reconciler to talk to. */
const exitCodes = { failed: 1, usage: 2, refused: 3, unavailable: 69 } as const;

const program = new Command('berth')
  .description(
    "A cluster in a box: git push to running pods on plain Linux hosts, speaking Kubernetes' own API.",
  )
  .option('--state <directory>', 'where the reconciler keeps its state ($BERTH_STATE)')
  .option('--socket <path>', "the reconciler's API socket ($BERTH_SOCKET)")
  .option('-o, --output <format>', 'json or yaml instead of a table')
  .showHelpAfterError('Run the command with --help to see what it takes.')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

for (const make of [
  upCommand,
  planCommand,
  statusCommand,
  hostCommand,
  imageCommand,
  logsCommand,
  runCommand,
  kubeconfigCommand,
  backupCommand,
  restoreCommand,
  validateCommand,
  whyCommand,
  versionCommand,
]) {
  const command = make().copyInheritedSettings(program);
  for (const child of command.commands) child.copyInheritedSettings(program);
  program.addCommand(command);
}

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  process.stderr.write(`berth: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof NotRunning) return exitCodes.unavailable;
  return error instanceof ApiProblem ? exitCodes.refused : exitCodes.failed;
}
