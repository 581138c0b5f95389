/** `berth host`: the machines that pods run on. */
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { type ApiClient, ApiProblem, apiClient } from './client.ts';
import { age, outputFormat, print, progressLine, table } from './output.ts';
import { type GlobalOptions, identityPath, socketPath } from './settings.ts';

interface HostKey {
  readonly type: string;
  readonly fingerprint: string;
}
interface Host {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
  readonly spec: { readonly address: string; readonly port?: number; readonly user?: string };
  readonly status?: { readonly phase?: string; readonly message?: string; readonly agentVersion?: string };
}

interface AddOptions extends GlobalOptions {
  readonly name?: string;
  readonly port: string;
  readonly identity?: string;
  readonly hostKey?: readonly string[];
  readonly internalAddress?: string;
  readonly label?: readonly string[];
  readonly runtimeSocket?: string;
  readonly yes?: boolean;
  readonly wait: boolean;
}

const hostsPath = '/apis/berth.dev/v1alpha1/hosts';
const pollIntervalMs = 200;
const connectTimeoutMs = 120_000;
/** The pods' grace, and time for the machine. */
const removeTimeoutMs = 120_000;

export function hostCommand(): Command {
  return new Command('host')
    .description('machines that pods run on')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('pin a host key, install the agent over SSH, and make the machine a node')
    .argument('<user@address>', 'SSH user and address; root where no user is named')
    .option('--name <name>', "the node's name (default: made from the address)")
    .option('--port <port>', 'SSH port', '22')
    .option('--identity <file>', "private SSH key (default: the reconciler's)")
    .option(
      '--host-key <fingerprint...>',
      'the expected host key, SHA256:…; shown for confirmation where not given',
    )
    .option('--internal-address <address>', 'address by which other hosts reach this one')
    .option('--label <key=value...>', 'labels of the node')
    .option('--runtime-socket <path>', "the container runtime's socket on the host")
    .option('-y, --yes', 'trust the host key that is shown without asking')
    .option('--no-wait', 'return before the host is connected')
    .addHelpText(
      'after',
      '\nExamples:\n  berth host add root@192.0.2.10\n  berth host add admin@node1.example.org --name node-1 --host-key SHA256:Zm9v…',
    )
    .action(async (target: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      const client = apiClient(socketPath(options));
      const { user, address } = parseTarget(target);
      const name = options.name ?? nameOf(address);
      const hostKeys = options.hostKey ?? (await confirmedKeys(client, address, options));
      await client.send('POST', hostsPath, hostObject(name, user, address, hostKeys, options));
      const host = options.wait
        ? await connected(client, name)
        : await client.get<Host>(`${hostsPath}/${name}`);
      print(
        outputFormat(options.output),
        host,
        () => `host ${name} ${(host.status?.phase ?? 'Pending').toLowerCase()}`,
      );
    });
}

function listCommand(): Command {
  return new Command('ls')
    .description('list the hosts')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const list = await apiClient(socketPath(options)).get<{ items: Host[] }>(hostsPath);
      print(outputFormat(options.output), list, () =>
        table(
          ['NAME', 'ADDRESS', 'PORT', 'USER', 'PHASE', 'AGENT', 'AGE', 'MESSAGE'],
          list.items.map(({ metadata, spec, status }) => [
            metadata.name,
            spec.address,
            String(spec.port ?? 22),
            spec.user ?? 'root',
            status?.phase ?? 'Pending',
            status?.agentVersion ?? '',
            age(metadata.creationTimestamp, Date.now()),
            status?.message ?? '',
          ]),
        ),
      );
    });
}

function removeCommand(): Command {
  return new Command('rm')
    .description('take a host out of the cluster: end its pods there, take the agent off, schedule elsewhere')
    .argument('<name>', "the host's name")
    .option('--force', 'forget a machine that cannot be reached; what runs on it goes on')
    .option('--no-wait', 'return before the machine is clean')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { force?: boolean; wait: boolean }>();
      const client = apiClient(socketPath(options));
      const path = `${hostsPath}/${encodeURIComponent(name)}`;
      const removed = await client.send<Host>('DELETE', path);
      if (options.force === true) await forget(client, path);
      else if (options.wait) await gone(client, name, path);
      const done = options.force === true || options.wait ? 'removed' : 'is being removed';
      print(outputFormat(options.output), removed, () => `host ${name} ${done}`);
    });
}

/** Takes the finalizer away that holds the Host until its machine is clean. */
async function forget(client: ApiClient, path: string): Promise<void> {
  try {
    await client.send('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
  } catch (error) {
    if (!(error instanceof ApiProblem && error.code === 404)) throw error;
  }
}

async function gone(client: ApiClient, name: string, path: string): Promise<void> {
  const progress = progressLine();
  const deadline = Date.now() + removeTimeoutMs;
  try {
    for (;;) {
      const host = await client.get<Host>(path).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === 404) return undefined;
        throw error;
      });
      if (host === undefined) return;
      const why = host.status?.phase === 'Removing' ? (host.status.message ?? '') : 'its pods are ended';
      if (Date.now() > deadline)
        throw new Error(
          `${name} is not removed after ${removeTimeoutMs / 1000} s: ${why}; berth goes on trying, or forget the machine with --force`,
        );
      progress.show(`${name}: removing: ${why}`);
      await new Promise((resume) => setTimeout(resume, pollIntervalMs));
    }
  } finally {
    progress.clear();
  }
}

function parseTarget(target: string): { user: string; address: string } {
  const at = target.lastIndexOf('@');
  const [user, address] = at < 0 ? ['root', target] : [target.slice(0, at), target.slice(at + 1)];
  if (user === '' || address === '') throw new Error(`${target}: expected user@address`);
  return { user, address };
}

/** A node name out of an address: `10.0.0.7` becomes `host-10-0-0-7`. */
function nameOf(address: string): string {
  const label = address
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[0-9]/.test(label) ? `host-${label}` : label;
}

async function confirmedKeys(
  client: ApiClient,
  address: string,
  options: AddOptions,
): Promise<readonly string[]> {
  const path = `/apis/berth.dev/v1alpha1/hostkeys?address=${encodeURIComponent(address)}&port=${options.port}`;
  const { items } = await client.get<{ items: HostKey[] }>(path);
  if (items.length === 0) throw new Error(`${address} port ${options.port} showed no host key`);
  process.stderr.write(
    `${address} shows ${items.length === 1 ? 'this host key' : 'these host keys'}:\n${items.map((key) => `  ${key.type} ${key.fingerprint}\n`).join('')}`,
  );
  if (!options.yes) {
    if (!process.stdin.isTTY)
      throw new Error('confirm the host key with --host-key FINGERPRINT, or trust what is shown with --yes');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(
      'Compare with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the machine. Pin it? [y/N] ',
    );
    terminal.close();
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new Error('the host key was not confirmed; nothing was changed');
  }
  return items.map((key) => key.fingerprint);
}

function hostObject(
  name: string,
  user: string,
  address: string,
  hostKeys: readonly string[],
  options: AddOptions,
): object {
  const labels = Object.fromEntries(
    (options.label ?? []).map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
  );
  return {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Host',
    metadata: { name },
    spec: {
      address,
      port: Number(options.port),
      user,
      hostKeys,
      ...(options.identity === undefined ? {} : { identity: identityPath(options.identity) }),
      ...(options.internalAddress === undefined ? {} : { internalAddress: options.internalAddress }),
      ...(options.label === undefined ? {} : { labels }),
      ...(options.runtimeSocket === undefined ? {} : { runtime: { socket: options.runtimeSocket } }),
    },
  };
}

async function connected(client: ApiClient, name: string): Promise<Host> {
  const progress = progressLine();
  const deadline = Date.now() + connectTimeoutMs;
  try {
    for (;;) {
      const host = await client.get<Host>(`${hostsPath}/${encodeURIComponent(name)}`);
      const phase = host.status?.phase ?? 'Pending';
      if (phase === 'Connected') return host;
      if (phase === 'Refused') throw new Error(`${name}: ${host.status?.message ?? 'refused'}`);
      if (Date.now() > deadline)
        throw new Error(
          `${name} is not connected after ${connectTimeoutMs / 1000} s: ${phase}: ${host.status?.message ?? ''}`,
        );
      progress.show(
        `${name}: ${phase.toLowerCase()}${host.status?.message === undefined ? '' : `: ${host.status.message}`}`,
      );
      await new Promise((resume) => setTimeout(resume, pollIntervalMs));
    }
  } finally {
    progress.clear();
  }
}
