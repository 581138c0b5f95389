/**
 * Builds the agent's single executable: esbuild makes one module of nodes/agent/main.ts, and Node's own
 * `--build-sea` puts it into a copy of the pinned Node binary.
 *
 *   .cache/agent/linux-ARCH/INPUTS/berth-agent      the executable
 *   .cache/agent/linux-ARCH/INPUTS/berth-agent.gz   what goes over the wire
 *   .cache/agent/linux-ARCH/INPUTS/build.json       AgentBuild and the digests of its inputs
 *
 * INPUTS is a digest over the bundled sources, the Node binary's version and this file, so that a finished folder
 * never changes. Folders are made under a temporary name and renamed: builders at the same time do no more than
 * double work.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { build, type BuildResult } from 'esbuild';
import { agentArchitectures, type AgentArchitecture, type AgentBuild } from '../../schemas/wire/bootstrap.ts';
import { runProcess } from './run-process.ts';

const projectRoot = join(import.meta.dirname, '../..');

export interface BuildAgentOptions {
  readonly architecture: AgentArchitecture;
  /** The agent's entry; nodes/agent/main.ts unless given. */
  readonly entryPath?: string;
  /** Where builds are kept; `.cache/agent` of the project unless given. */
  readonly cachePath?: string;
  readonly progress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** Reasonable for 150 MB on a busy laptop; measured at 4 s. */
const seaDeadlineMs = 120_000;

/** Level 1 takes 1.6 s for 52 MB, level 6 takes 6 s for 47 MB: hosts are pushed to once, builds happen often. */
const gzipLevel = 1;

/** Finished builds that are kept per architecture; the reconciler may still be pushing the last but one. */
const keptBuildsMax = 3;

/** ESM, so that the entry may use top-level await; CommonJS packages in the bundle still need a `require`. */
const bundleBanner =
  "import { createRequire as berthCreateRequire } from 'node:module'; const require = berthCreateRequire(import.meta.url);";

/** Thrown with a message for people when the agent cannot be built. */
export class AgentBuildError extends Error {
  override readonly name = 'AgentBuildError';
}

/** The architectures whose Node binary is installed here, this machine's own first. */
export function buildableArchitectures(): readonly AgentArchitecture[] {
  const own = agentArchitectures.filter((architecture) => architecture === process.arch);
  const others = agentArchitectures.filter((architecture) => architecture !== process.arch);
  return [...own, ...others].filter((architecture) => existsSync(nodePath(architecture)));
}

/** Builds the agent, or finds the build of the same inputs in the cache. Throws AgentBuildError. */
export async function buildAgent(options: BuildAgentOptions): Promise<AgentBuild> {
  const { architecture, progress = () => undefined } = options;
  const entryPath = options.entryPath ?? join(projectRoot, 'nodes/agent/main.ts');
  const folder = join(options.cachePath ?? join(projectRoot, '.cache/agent'), `linux-${architecture}`);
  if (!existsSync(nodePath(architecture))) {
    throw new AgentBuildError(
      `no Node binary for linux-${architecture}: install the npm package node-linux-${architecture}`,
    );
  }
  if (!existsSync(entryPath)) throw new AgentBuildError(`${entryPath}: the agent's entry does not exist`);
  const bundle = await bundleAgent(entryPath);
  const version = await projectVersion();
  const inputs = await inputsDigest(bundle, version, architecture);
  const finished = await readBuild(join(folder, inputs));
  if (finished !== undefined) return finished;
  progress(`building the agent for linux-${architecture}`);
  const startedMs = performance.now();
  const made = await makeBuild({ folder, inputs, bundle, architecture, version, signal: options.signal });
  await removeOldBuilds(folder, inputs);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  progress(`built ${megabytes(made.sizeBytes)} (${megabytes(made.gzipBytes)} gzipped) in ${seconds} s`);
  return made;
}

interface Making {
  readonly folder: string;
  readonly inputs: string;
  readonly bundle: string;
  readonly architecture: AgentArchitecture;
  readonly version: string;
  readonly signal: AbortSignal | undefined;
}

async function makeBuild(making: Making): Promise<AgentBuild> {
  const { folder, inputs, architecture } = making;
  const workPath = join(folder, `.building-${randomUUID()}`);
  await mkdir(workPath, { recursive: true });
  try {
    const executablePath = join(workPath, 'berth-agent');
    await writeFile(join(workPath, 'agent.mjs'), making.bundle);
    await makeExecutable(workPath, architecture, making.signal);
    const gzipPath = join(workPath, 'berth-agent.gz');
    const [digest] = await Promise.all([
      fileDigest(executablePath),
      pipeline(
        createReadStream(executablePath),
        createGzip({ level: gzipLevel }),
        createWriteStream(gzipPath),
      ),
    ]);
    const finalPath = join(folder, inputs);
    const made: AgentBuild = {
      architecture,
      executablePath: join(finalPath, 'berth-agent'),
      gzipPath: join(finalPath, 'berth-agent.gz'),
      digest,
      version: making.version,
      sizeBytes: (await stat(executablePath)).size,
      gzipBytes: (await stat(gzipPath)).size,
    };
    await writeFile(join(workPath, 'build.json'), `${JSON.stringify(made, undefined, 2)}\n`);
    return await publish(workPath, finalPath, made);
  } finally {
    await rm(workPath, { recursive: true, force: true });
  }
}

/** Renames the finished folder into place; where another builder was first, its build is the one that counts. */
async function publish(workPath: string, finalPath: string, made: AgentBuild): Promise<AgentBuild> {
  try {
    await rename(workPath, finalPath);
    return made;
  } catch (error) {
    const other = await readBuild(finalPath);
    if (other === undefined) throw error;
    return other;
  }
}

async function makeExecutable(
  workPath: string,
  architecture: AgentArchitecture,
  signal: AbortSignal | undefined,
): Promise<void> {
  const config = {
    main: 'agent.mjs',
    mainFormat: 'module',
    executable: nodePath(architecture),
    output: 'berth-agent',
    disableExperimentalSEAWarning: true,
    // V8's code cache belongs to one architecture; it saves some milliseconds of each start.
    useCodeCache: architecture === process.arch,
    execArgvExtension: 'none',
  };
  await writeFile(join(workPath, 'sea.json'), JSON.stringify(config));
  const outcome = await runProcess({
    command: [process.execPath, '--build-sea', 'sea.json'],
    cwd: workPath,
    deadlineMs: seaDeadlineMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (outcome.code !== 0) throw new AgentBuildError(`node --build-sea failed: ${outcome.output.trim()}`);
}

async function bundleAgent(entryPath: string): Promise<string> {
  let result: BuildResult<{ write: false }>;
  try {
    result = await build({
      entryPoints: [entryPath],
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node26',
      format: 'esm',
      minifySyntax: true,
      minifyWhitespace: true,
      banner: { js: bundleBanner },
      absWorkingDir: projectRoot,
      nodePaths: [join(projectRoot, 'node_modules')],
      logLevel: 'silent',
    });
  } catch (error) {
    throw new AgentBuildError(`esbuild: ${error instanceof Error ? error.message : String(error)}`);
  }
  const output = result.outputFiles[0];
  if (output === undefined) throw new AgentBuildError('esbuild wrote no bundle');
  return output.text;
}

/** The Node binary counts by its package's version: hashing 120 MB for each look into the cache would be slow. */
async function inputsDigest(
  bundle: string,
  version: string,
  architecture: AgentArchitecture,
): Promise<string> {
  const packagePath = join(dirname(nodePath(architecture)), '../package.json');
  const { version: nodeVersion } = JSON.parse(await readFile(packagePath, 'utf8')) as { version: string };
  const builder = await readFile(import.meta.filename, 'utf8');
  const options = JSON.stringify({
    builder,
    version,
    nodeVersion,
    builtBy: process.version,
    on: process.arch,
  });
  return createHash('sha256').update(options).update('\0').update(bundle).digest('hex').slice(0, 32);
}

async function readBuild(folder: string): Promise<AgentBuild | undefined> {
  const path = join(folder, 'build.json');
  if (!existsSync(path)) return undefined;
  const found = JSON.parse(await readFile(path, 'utf8')) as AgentBuild;
  // The cache may have been moved together with the project.
  return { ...found, executablePath: join(folder, 'berth-agent'), gzipPath: join(folder, 'berth-agent.gz') };
}

/** Folders of crashed builders are removed once they are older than any build can take. */
async function removeOldBuilds(folder: string, current: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== current);
  const aged = await Promise.all(
    names.map(async (name) => ({ name, madeMs: await modifiedMs(join(folder, name)) })),
  );
  aged.sort((a, b) => b.madeMs - a.madeMs);
  const finished = aged.filter(({ name }) => !name.startsWith('.building-')).slice(keptBuildsMax - 1);
  const abandoned = aged.filter(
    ({ name, madeMs }) => name.startsWith('.building-') && madeMs < Date.now() - 2 * seaDeadlineMs,
  );
  for (const { name } of [...finished, ...abandoned])
    await rm(join(folder, name), { recursive: true, force: true });
}

async function modifiedMs(path: string): Promise<number> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // Another builder finished or removed it meanwhile.
    throw error;
  });
  return info?.mtimeMs ?? 0;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

function nodePath(architecture: AgentArchitecture): string {
  return join(projectRoot, 'node_modules', `node-linux-${architecture}`, 'bin/node');
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
