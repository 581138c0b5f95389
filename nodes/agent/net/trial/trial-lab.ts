/**
 * Hosts and pods of network namespaces alone, wired by a switch that is a namespace too, so that nothing of the
 * machine's own network is touched. Pods are attached by CNI's plugins from the configuration that Berth wrote.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NetworkEntry, NetworkPeer, ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../../core/host-port.ts';
import { serveTrial, type TrialOperations } from './trial-process.ts';

/** Why the trial cannot run on this machine; undefined: it can. */
export function trialObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'making network namespaces needs root';
  const missing = ['/usr/sbin/nft', '/usr/sbin/ip', '/usr/sbin/conntrack', '/usr/lib/cni/bridge'].find(
    (path) => !existsSync(path),
  );
  return missing === undefined ? undefined : `${missing} is missing`;
}

type Operation = keyof TrialOperations;
type Result<O extends Operation> = Awaited<ReturnType<TrialOperations[O]>>;

/** A namespace and the process in it. */
export class TrialNode {
  readonly namespace: string;
  readonly address: string;
  #process: ChildProcess | undefined;
  #lines: AsyncIterator<string> | undefined;

  constructor(namespace: string, address: string) {
    this.namespace = namespace;
    this.address = address;
  }

  async tell<O extends Operation>(
    operation: O,
    request: Parameters<TrialOperations[O]>[0],
  ): Promise<Result<O>> {
    this.#lines ??= this.#start();
    this.#process?.stdin?.write(`${JSON.stringify({ operation, request })}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`${this.namespace}: its process ended during '${operation}'`);
    return JSON.parse(line.value) as Result<O>;
  }

  /** Runs a program within the namespace; its output. */
  run(program: string, ...programArguments: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.namespace, program, ...programArguments], {
      encoding: 'utf8',
    });
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    this.#lines = undefined;
    if (running === undefined || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  #start(): AsyncIterator<string> {
    const program = `import(${JSON.stringify(new URL('trial-process.ts', import.meta.url).href)}).then((trial) => trial.${serveTrial.name}())`;
    const child = spawn(
      'nsenter',
      [`--net=/run/netns/${this.namespace}`, process.execPath, '--eval', program],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#process = child;
    return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }
}

/** A host: the network is what its node process last was told. */
export class TrialHost extends TrialNode {
  peers: readonly NetworkPeer[];
  readonly network: NetworkEntry;
  readonly cniConfigPath: string;
  readonly #cniFolder: string;
  services: readonly ServiceEntry[] = [];
  hostPorts: readonly HostPort[] = [];

  constructor(
    namespace: string,
    { network, peers }: { readonly network: NetworkEntry; readonly peers: readonly NetworkPeer[] },
    folder: string,
  ) {
    super(namespace, network.nodeAddress);
    this.network = network;
    this.peers = peers;
    this.cniConfigPath = join(folder, namespace, '10-berth.conflist');
    this.#cniFolder = join(folder, namespace, 'addresses');
  }

  async apply(changedKeys?: readonly string[]): Promise<Result<'apply'>> {
    const { cniConfigPath, network, peers, services, hostPorts } = this;
    const request = { cniConfigPath, desired: { network, peers, services, hostPorts } };
    const result = await this.tell(
      'apply',
      changedKeys === undefined ? request : { ...request, changedKeys },
    );
    if (result.error !== undefined) throw new Error(result.error);
    return result;
  }

  /** Has CNI's bridge plugin attach a namespace; the pod's address. */
  attach(podNamespace: string): string {
    const { cniVersion, name, plugins } = JSON.parse(readFileSync(this.cniConfigPath, 'utf8')) as {
      readonly cniVersion: string;
      readonly name: string;
      readonly plugins: readonly [{ readonly ipam: object }];
    };
    const [bridge] = plugins;
    // Addresses of the trial are kept apart from those that this machine itself may hand out.
    const input = { ...bridge, cniVersion, name, ipam: { ...bridge.ipam, dataDir: this.#cniFolder } };
    const output = execFileSync('nsenter', [`--net=/run/netns/${this.namespace}`, '/usr/lib/cni/bridge'], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      env: {
        CNI_COMMAND: 'ADD',
        CNI_CONTAINERID: podNamespace,
        CNI_NETNS: `/run/netns/${podNamespace}`,
        CNI_IFNAME: 'eth0',
        CNI_PATH: '/usr/lib/cni',
        PATH: process.env['PATH'],
      },
    });
    const { ips } = JSON.parse(output) as { readonly ips: readonly [{ readonly address: string }] };
    return ips[0].address.replace(/\/.*/, '');
  }
}

const clusterCidr = '10.42.0.0/16';
const serviceCidr = '10.43.0.0/16';

/** Two or more hosts, and one machine outside that is no host. Disposing of it removes everything. */
export class TrialLab implements AsyncDisposable {
  static #made = 0;
  readonly hosts: readonly TrialHost[];
  readonly outside: TrialNode;
  readonly #prefix = `berthnet-${process.pid}-${TrialLab.#made++}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'berthnet-'));
  readonly #nodes: TrialNode[] = [];

  constructor(hostCount: number) {
    const addresses = Array.from({ length: hostCount }, (_, index) => `192.168.77.${index + 11}`);
    const peers = addresses.map((address, index) => ({
      nodeName: `host-${index}`,
      address,
      podCidr: `10.42.${index}.0/24`,
    }));
    this.#addNamespace('switch');
    this.#ip('switch', [
      'link add br0 type bridge',
      'address add 192.168.77.1/24 dev br0',
      'link set br0 up',
    ]);
    this.hosts = peers.map(({ nodeName, address, podCidr }) => {
      const network: NetworkEntry = {
        key: 'network',
        type: 'network',
        nodeName,
        nodeAddress: address,
        podCidr,
        clusterCidr,
        serviceCidr,
      };
      return this.#plugIn(
        new TrialHost(`${this.#prefix}-${nodeName}`, { network, peers }, this.#folder),
        nodeName,
      );
    });
    this.outside = this.#plugIn(new TrialNode(`${this.#prefix}-outside`, '192.168.77.99'), 'outside');
  }

  host(index: number): TrialHost {
    const host = this.hosts[index];
    if (host === undefined) throw new Error(`the trial has no host ${index}`);
    return host;
  }

  /** A pod that serves its name on port 8080. The host's network must have been applied. */
  async addPod(host: TrialHost, name: string): Promise<TrialNode> {
    this.#addNamespace(name);
    this.#ip(name, ['link set lo up']);
    const namespace = `${this.#prefix}-${name}`;
    const pod = new TrialNode(namespace, host.attach(namespace));
    this.#nodes.push(pod);
    await pod.tell('serve', { name, port: 8080 });
    return pod;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) await node.kill();
    for (const namespace of this.#namespaces()) execFileSync('ip', ['netns', 'delete', namespace]);
    rmSync(this.#folder, { recursive: true });
  }

  #namespaces(): readonly string[] {
    const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    return listed.split('\n').flatMap((line) => {
      const name = line.split(' ')[0] ?? '';
      return name.startsWith(`${this.#prefix}-`) ? [name] : [];
    });
  }

  #plugIn<N extends TrialNode>(node: N, name: string): N {
    this.#addNamespace(name);
    this.#ip('switch', [
      `link add ${name} type veth peer name eth0 netns ${node.namespace}`,
      `link set ${name} master br0 up`,
    ]);
    this.#ip(name, [
      'link set lo up',
      `address add ${node.address}/24 dev eth0`,
      'link set eth0 up',
      'route add default via 192.168.77.1',
    ]);
    this.#nodes.push(node);
    return node;
  }

  #addNamespace(name: string): void {
    execFileSync('ip', ['netns', 'add', `${this.#prefix}-${name}`]);
  }

  #ip(name: string, lines: readonly string[]): void {
    execFileSync('ip', ['-netns', `${this.#prefix}-${name}`, '-batch', '-'], {
      input: `${lines.join('\n')}\n`,
    });
  }
}
