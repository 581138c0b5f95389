/** The reconciler's process and the only place where adapters are made: `main.ts MODE SETTINGS [PATH]`. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dump } from 'js-yaml';
import type { HostLinks, LeaderElection, Logger, Store, StoreRecord } from './core/ports.ts';
import { createHostLinks } from './dispatch/host-links.ts';
import { createBootstrapProcess } from './dispatch/bootstrap-process.ts';
import { renderProblem } from './intake/manifests/problem.ts';
import { validateFolder } from './intake/manifests/validate-folder.ts';
import { manifestSources } from './intake/manifest-sources.ts';
import { cronSchedules } from './intake/schedule.ts';
import { warmValidators } from '../schemas/validation/validate.ts';
import { leaderKey, soleElection } from './loop/leadership.ts';
import { serve } from './serve.ts';
import { readSettings, type Settings } from './settings.ts';
import { restoreStore } from './store/backup/restore.ts';
import { openEtcdStore } from './store/etcd/etcd-store.ts';
import { encryptedStore } from './store/encryption/encrypted-store.ts';
import { openKeyFile } from './store/encryption/key-file.ts';
import { openLogStore } from './store/log/log-store.ts';
import { fileLogger, systemClock, systemRandom } from './system/system-ports.ts';

/** What is encrypted at rest, as etcd would be told to in a Kubernetes cluster. */
const encryptedPrefixes = ['/registry/core/secrets/'];

/**
 * The heap is collected before it has grown by half: V8 would let it double first, for a throughput that is not short
 * here, and a reconciler shares its machine.
 */
setFlagsFromString('--heap-growing-percent=50');

/** Kinds that most repositories hold. */
const firstKinds = [
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
];

/** The view holds every object: the store need not hold them a second time, only what history is asked for. */
const storeCacheBytesMax = 8 * 1024 * 1024;

const [mode, json = '{}', path = '.'] = process.argv.slice(2);
const given = JSON.parse(json) as Readonly<Record<string, unknown>>;

try {
  if (mode === 'validate') process.exitCode = await validate(path, given.output);
  else if (mode === 'serve') await serveUntilTold(readSettings(given));
  else if (mode === 'backup') await backup(storeDirectory(String(given.state)));
  else if (mode === 'restore') await restore(storeDirectory(String(given.state)), path, given.output);
  else throw new Error(`unknown mode ${String(mode)}: expected serve, validate, backup or restore`);
} catch (error) {
  process.stderr.write(`berth: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function validate(folder: string, output: unknown): Promise<number> {
  const { files, objects, problems } = await validateFolder(folder);
  const data = { files: files.length, objects: objects.length, problems };
  if (output === 'json') process.stdout.write(`${JSON.stringify(data, undefined, 2)}\n`);
  else if (output === 'yaml') process.stdout.write(dump(data));
  else {
    for (const problem of problems) process.stdout.write(`${renderProblem(problem)}\n`);
    const verdict =
      problems.length === 0
        ? 'valid'
        : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
    process.stdout.write(`${files.length} files, ${objects.length} objects: ${verdict}\n`);
  }
  return problems.length === 0 ? 0 : 1;
}

/** Of the embedded store. */
function storeDirectory(state: string): string {
  return join(state, 'store');
}

/** Writes a backup of the embedded store to standard output; no reconciler may be running. */
async function backup(directory: string): Promise<void> {
  if (!existsSync(directory)) throw new Error(`there is no store in ${directory}`);
  const store = await openLogStore({ directory });
  try {
    await pipeline(Readable.from(store.backup()), process.stdout);
  } finally {
    await store.close();
  }
}

async function restore(directory: string, file: string, output: unknown): Promise<void> {
  const quiet = output === 'json' || output === 'yaml';
  const progress = (message: string): void => void process.stderr.write(quiet ? '' : `${message}\n`);
  // Agents refuse the epochs that they have left behind. Each lead that was taken cost a revision, so none is above it.
  const revise = (record: StoreRecord, revision: number): StoreRecord =>
    record.key === leaderKey ? { ...record, value: Buffer.from(String(revision)) } : record;
  const restored = await restoreStore({ directory, file, nowMs: systemClock.now(), progress, revise });
  if (output === 'json') process.stdout.write(`${JSON.stringify(restored, undefined, 2)}\n`);
  else if (output === 'yaml') process.stdout.write(dump(restored));
  else {
    const { records, backupRevision, revision, formerStore } = restored;
    process.stdout.write(
      `restored ${records} records of revision ${backupRevision}; the store goes on after revision ${revision}\n`,
    );
    if (formerStore !== undefined) process.stdout.write(`the former store is kept in ${formerStore}\n`);
  }
}

interface OpenedStore {
  readonly store: Store;
  readonly election: LeaderElection;
  /** The store as a backup file; etcd has backups of its own. */
  readonly backup?: () => AsyncIterable<Uint8Array>;
}

/** The embedded store, for one reconciler, or etcd for several: with how they agree on who leads. */
async function openStore(settings: Settings, logger: Logger): Promise<OpenedStore> {
  // Unlike the host's name alone, this tells a reconciler from the one before it on the same host.
  const identity = `${hostname()}_${systemRandom.uuid().slice(0, 8)}`;
  const keyFile = join(settings.state, 'encryption-keys.json');
  const encrypted = (plain: Store): Store =>
    encryptedStore(plain, { keys: openKeyFile(keyFile), prefixes: encryptedPrefixes });
  if (settings.etcd === undefined) {
    const directory = storeDirectory(settings.state);
    const plain = await openLogStore({ directory, logger, cacheBytesMax: storeCacheBytesMax });
    const store = encrypted(plain);
    return { store, election: soleElection(store, identity), backup: () => plain.backup() };
  }
  const { leaseSeconds, ...options } = settings.etcd;
  const plain = await openEtcdStore({ ...options, logger });
  const candidate = leaseSeconds === undefined ? { identity } : { identity, leaseSeconds };
  // Reconcilers that share an etcd share its keys: a person puts the same file in the state of each.
  const store = existsSync(keyFile) ? encrypted(plain) : plain;
  return { store, election: plain.election(candidate) };
}

async function serveUntilTold(settings: Settings): Promise<void> {
  mkdirSync(settings.state, { recursive: true, mode: 0o700 });
  const logger = fileLogger(settings.state);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { store, election, backup } = await openStore(settings, logger);
  try {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    const bootstrap = createBootstrapProcess({
      clock: systemClock,
      nodePath: process.execPath,
      mainPath: new URL('../nodes/bootstrap/main.ts', import.meta.url).pathname,
      onBuildProgress: (message) => logger.info('building the agent', { message }),
    });
    const openLinks = (epoch: number): HostLinks =>
      createHostLinks({
        clock: systemClock,
        random: systemRandom,
        logger,
        epoch,
        agentBuilds: () => bootstrap.agentBuilds(),
        bootstrap: (job, onProgress, signal) => bootstrap.run(job, onProgress, signal),
      });
    // The first push finds its schemas compiled.
    setImmediate(() => warmValidators(firstKinds));
    const parts = {
      settings,
      store,
      election,
      ...(backup === undefined ? {} : { backup }),
      openLinks,
      logger,
      version,
      clock: systemClock,
      random: systemRandom,
    };
    const sources = manifestSources({ cacheDirectory: join(settings.state, 'repositories') });
    await serve(
      { ...parts, sources, schedules: cronSchedules, tell: (line) => process.stdout.write(`${line}\n`) },
      stop.signal,
    );
  } finally {
    await store.close();
  }
}
