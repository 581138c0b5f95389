/** The agent's process: reads its configuration, wires the adapters, and runs until it is told to end. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { type AgentConfig, hostPaths } from '../../schemas/wire/messages.ts';
import type { Clock, Logger } from './core/ports.ts';
import { Agent } from './loop/agent.ts';
import { NetworkDriver } from './loop/network-driver.ts';
import { NodeWatch } from './loop/node-watch.ts';
import { UsageWatch } from './loop/usage-watch.ts';
import { createNetwork } from './net/network.ts';
import { readBootId, readHost, readResolver } from './report/host-reading.ts';
import { readHostUsage } from './report/host-usage.ts';
import { ReportHub } from './report/report-hub.ts';
import { AgentServer } from './report/server.ts';
import { HostChecks } from './runtime/checks/checks.ts';
import { CriRuntime } from './runtime/cri/cri-runtime.ts';
import { HostPodFiles } from './runtime/files/pod-files.ts';
import { CtrImporter } from './runtime/images/image-importer.ts';
import { FileJournal } from './state/file-journal.ts';
import { Sessions } from './streams/sessions.ts';

const usage = `Usage: berth-agent [options]

  --config FILE   configuration (default ${hostPaths.agentConfig})
  --socket PATH   where to listen (default ${hostPaths.socket})
  --state FOLDER  desired state and pod volumes (default ${hostPaths.state})
  --logs FOLDER   logs of pods (default ${hostPaths.podLogs})
  --cni FILE      CNI configuration to write (default ${hostPaths.cniConfig})
  --version       print the version
  --help          print this
`;

interface Settings {
  readonly config: AgentConfig;
  readonly socket: string;
  readonly state: string;
  readonly logs: string;
  readonly cni: string;
}

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: hostPaths.agentConfig },
      socket: { type: 'string', default: hostPaths.socket },
      state: { type: 'string', default: hostPaths.state },
      logs: { type: 'string', default: hostPaths.podLogs },
      cni: { type: 'string', default: hostPaths.cniConfig },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.version) {
    process.stdout.write(values.help ? usage : `${packageJson.version}\n`);
    return;
  }
  await run({ ...values, config: await readConfig(values.config) });
}

async function readConfig(path: string): Promise<AgentConfig> {
  const config = JSON.parse(await readFile(path, 'utf8')) as Partial<AgentConfig>;
  if (typeof config.nodeName !== 'string' || config.nodeName === '')
    throw new Error(`${path}: nodeName is missing`);
  if (typeof config.runtime?.socket !== 'string') throw new Error(`${path}: runtime.socket is missing`);
  return config as AgentConfig;
}

async function openImporter({ config, state }: Settings): Promise<CtrImporter> {
  const importer = new CtrImporter({
    runtimeSocket: config.runtime.socket,
    spoolFolder: join(state, 'spool'),
  });
  await importer.open();
  return importer;
}

async function run(settings: Settings): Promise<void> {
  const logger = createLogger();
  const { config, socket } = settings;
  const runtime = createRuntime(config, settings.logs, logger);
  await mkdir(settings.state, { recursive: true, mode: 0o700 });
  const { journal, state } = await FileJournal.open(join(settings.state, 'desired'), logger);
  const files = new HostPodFiles({ stateFolder: settings.state, logRoot: settings.logs });
  const importer = await openImporter(settings);
  const [reading, dns, bootId, records] = await Promise.all([
    readHost(settings.state),
    readResolver(),
    readBootId(),
    files.records(),
  ]);
  const hub = new ReportHub(
    () => agent.info(),
    () => agent.podUids(),
  );
  const network = new NetworkDriver({
    network: createNetwork({ logger, cniConfigPath: settings.cni }),
    runtime,
    clock,
    logger,
    onReadyChange: () => agent.onNetworkReadyChange(),
  });
  const node = new NodeWatch({
    runtime,
    reports: hub,
    clock,
    logger,
    nodeName: config.nodeName,
    agentVersion: packageJson.version,
    readHost: () => readHost(settings.state),
    addresses: () => agent.addresses(),
    network: () => network,
  });
  const agent: Agent = new Agent({
    runtime,
    files,
    checks: new HostChecks(runtime),
    journal,
    reports: hub,
    importer,
    clock,
    logger,
    identity: identityOf(bootId),
    host: { nodeName: config.nodeName, cpus: reading.cpus, memoryBytes: reading.memoryBytes, dns },
    state,
    records,
    network,
    node,
    onFatal: (error) => fail(logger, error),
  });
  const sessions = new Sessions({ runtime, service: agent, logger });
  const server = new AgentServer({
    socket,
    socketGroupId: config.socketGroupId,
    logRoot: settings.logs,
    service: agent,
    hub,
    session: (stream, ask) => sessions.serve(stream, ask),
    logger,
    now: () => clock.now(),
  });
  await server.listen();
  logger.info('agent listens', { socket, ...agent.info() });
  endOnSignals(agent, journal, logger);
  void measuring(runtime, hub, logger).start();
  await agent.run();
}

function measuring(runtime: CriRuntime, hub: ReportHub, logger: Logger): UsageWatch {
  return new UsageWatch({
    host: readHostUsage,
    containers: () => runtime.usage(),
    report: (report) => hub.usage(report),
    clock,
    logger,
  });
}

function identityOf(bootId: string): ConstructorParameters<typeof Agent>[0]['identity'] {
  return {
    agentVersion: packageJson.version,
    executableDigest: executableDigest(),
    instance: randomUUID(),
    bootId,
  };
}

function endOnSignals(agent: Agent, journal: FileJournal, logger: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info('agent ends, containers keep running', { signal });
      agent.stop();
      // Whatever is in flight is taken up by the next agent from what it finds.
      void journal.close().finally(() => process.exit(0));
    });
  }
}

function createRuntime(config: AgentConfig, logRoot: string, logger: Logger): CriRuntime {
  const { type, socket } = config.runtime;
  switch (type) {
    case 'containerd':
      return new CriRuntime({ socket, logRoot, logger });
    case 'cri-o':
    case 'docker':
      throw new Error(`runtime ${type} is not built yet: only containerd is`);
  }
}

/** SHA-256 of the running executable, from its folder's name; empty when it runs from elsewhere. */
function executableDigest(): string {
  const folder = basename(dirname(process.execPath));
  return basename(process.execPath) === 'berth-agent' && /^[0-9a-f]{64}$/.test(folder) ? folder : '';
}

function createLogger(): Logger {
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}

function fail(logger: Logger, error: Error): never {
  logger.error('agent cannot go on', { error: error.message });
  process.exit(1);
}

await main().catch((error: unknown) => {
  process.stderr.write(`berth-agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
