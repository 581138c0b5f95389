/** `berth up`: runs the reconciler in the foreground. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { type GlobalOptions, identityPath, socketPath, stateDirectory } from './settings.ts';

interface UpOptions extends GlobalOptions {
  readonly repo?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly schedule?: string;
  readonly name?: string;
  readonly identity?: string;
  readonly config?: string;
  readonly prune: boolean;
  readonly listen?: string;
  readonly etcd?: string;
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
}

export function upCommand(): Command {
  return new Command('up')
    .description('run the reconciler: follow a repository, keep the cluster equal to it')
    .option('--repo <url|path>', 'Git repository that the cluster follows')
    .option('--ref <ref>', 'branch, tag or commit (default: main)')
    .option('--path <folder>', 'folder inside the repository (default: its root)')
    .option('--schedule <cron>', 'how often to look besides being told (default: "* * * * *")')
    .option('--name <name>', "the Application's name (default: the repository's)")
    .option('--no-prune', 'keep objects that left the repository')
    .option('--identity <file>', 'private SSH key for hosts that name none')
    .option('--listen <address>', 'where the API listens: HOST:PORT, or :PORT for all addresses')
    .option('--etcd <urls>', 'keep the state in this etcd, for several reconcilers: https://HOST:PORT,…')
    .option('--etcd-ca <file>', 'certificates that etcd is trusted by, PEM')
    .option('--etcd-cert <file>', 'certificate to show to etcd, PEM')
    .option('--etcd-key <file>', 'its private key, PEM')
    .option('--config <file>', 'settings file (default: berth.yaml, where it exists)')
    .addHelpText(
      'after',
      '\nExamples:\n  berth up --repo /srv/git/shop.git\n  berth up --repo https://git.example.org/shop.git --ref main --path clusters/prod',
    )
    .action(async (_options: UpOptions, command: Command) => {
      // Without --no-prune the option is true: passed on, it would override the settings file.
      const { prune, identity, ...others } = command.optsWithGlobals<UpOptions>();
      const options = identity === undefined ? others : { ...others, identity: identityPath(identity) };
      process.exitCode = await runReconciler('serve', prune ? options : { ...options, prune });
    });
}

/** Megabytes of objects, some 200,000 pods. Knowing a bound, the collector lets garbage grow to what lives, not thrice that. */
const heapMegabytesMax = 2000;
const heapOption = '--max-old-space-size';

/**
 * A young generation of 8 MB is collected in well under a millisecond, as long as little of it lives. Objects are not
 * put with the old ones beforehand for that: what a request left behind there would hold all of the request until the
 * next full collection (docs/adr/0015). Helpers beyond the machine's other processors would only take turns with the
 * thread that serves. Whoever needs a larger heap says so in NODE_OPTIONS.
 */
export const collectorOptions: readonly string[] = [
  '--max-semi-space-size=8',
  '--no-allocation-site-pretenuring',
  `--v8-pool-size=${Math.min(4, Math.max(1, availableParallelism() - 1))}`,
  ...((process.env['NODE_OPTIONS'] ?? '').includes(heapOption) ? [] : [`${heapOption}=${heapMegabytesMax}`]),
];

/** The command line of `reconciler/main.ts`, to be run by this Node. */
export function reconcilerArguments(
  mode: 'serve' | 'validate' | 'backup' | 'restore',
  options: object,
  args: readonly string[] = [],
): string[] {
  const main = new URL('../reconciler/main.ts', import.meta.url).pathname;
  const globals = options as GlobalOptions;
  const settings = { ...options, state: stateDirectory(globals), socket: socketPath(globals) };
  return [
    '--disable-warning=ExperimentalWarning',
    ...collectorOptions,
    main,
    mode,
    JSON.stringify(settings),
    ...args,
  ];
}

/** Starts `reconciler/main.ts` on this terminal; its exit code is the command's. */
export async function runReconciler(
  mode: 'serve' | 'validate' | 'restore',
  options: object,
  args: readonly string[] = [],
): Promise<number> {
  const child = spawn(process.execPath, reconcilerArguments(mode, options, args), { stdio: 'inherit' });
  // The terminal sends its signals to both; one that was sent to this process alone is passed on.
  const pass = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on('SIGTERM', pass);
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      resolve(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)),
    );
  });
}
