/**
 * A containerd of its own for one test: own namespaces (its pods, rules and mounts end with it), own folders.
 * Needs root and Debian's containerd, runc, containernetworking-plugins and busybox-static.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ImageEntry, writeImageArchive } from '../../fixtures/images/oci-archive.ts';

const run = promisify(execFile);

/** Processes of a killed namespace take a moment to go. */
const startTimeoutMs = 20_000;

export const busyboxImage = 'berth.local/busybox:1';
const pauseImage = 'berth.local/pause:1';

export class PrivateContainerd {
  readonly folder: string;
  readonly #init: ChildProcess;
  readonly #pid: number;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, init: ChildProcess, pid: number) {
    this.folder = folder;
    this.#init = init;
    this.#pid = pid;
  }

  static async start(): Promise<PrivateContainerd> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-containerd-'));
    const script = [
      'mount --make-rprivate /',
      'mount -t proc proc /proc',
      'mount -t tmpfs tmpfs /run',
      'mkdir -p /run/netns /var/lib/berth',
      // Where CNI keeps the addresses in use: those of the machine's other networks are none of this one's.
      'mount -t tmpfs tmpfs /var/lib/berth',
      'ip link set lo up',
      'echo 1 >/proc/sys/net/ipv4/ip_forward',
      `echo ready >${folder}/ready`,
      'exec sleep infinity',
    ].join(' && ');
    const namespaces = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'];
    const init = spawn('unshare', [...namespaces, 'sh', '-c', script], {
      stdio: 'ignore',
    });
    await until(() => access(join(folder, 'ready')));
    const children = readFileSync(`/proc/${String(init.pid)}/task/${String(init.pid)}/children`, 'utf8');
    const containerd = new PrivateContainerd(folder, init, Number(children.trim().split(' ')[0]));
    containerd.#writeConfig();
    await containerd.startDaemon();
    await containerd.#importImages();
    return containerd;
  }

  get socket(): string {
    return join(this.folder, 'containerd.sock');
  }

  get logRoot(): string {
    return join(this.folder, 'logs');
  }

  get cniFile(): string {
    return join(this.folder, 'cni/10-berth.conflist');
  }

  /** A process in the same namespaces. */
  spawn(command: readonly string[], log: 'inherit' | 'ignore' | 'pipe' = 'inherit'): ChildProcess {
    const enter = ['--target', String(this.#pid), '--net', '--mount', '--uts', '--ipc', '--pid'];
    return spawn('nsenter', [...enter, ...command], { stdio: ['ignore', log, log] });
  }

  async run(command: readonly string[]): Promise<string> {
    const enter = ['--target', String(this.#pid), '--net', '--mount', '--uts', '--ipc', '--pid'];
    const { stdout } = await run('nsenter', [...enter, ...command]);
    return stdout;
  }

  ctr(...args: string[]): Promise<string> {
    return this.run(['ctr', '--address', this.socket, '--namespace', 'k8s.io', ...args]);
  }

  async startDaemon(): Promise<void> {
    this.#daemon = this.spawn(['containerd', '--config', join(this.folder, 'config.toml')], 'ignore');
    await until(async () => {
      await run('ctr', ['--address', this.socket, 'version']);
    });
  }

  /** Kills the daemon; containers keep running under their shims. */
  async killDaemon(): Promise<void> {
    await killChild(this.#daemon);
  }

  /** Gives pods a network, as the agent's own network adapter would. */
  writeCni(): void {
    const plugin = {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.97.0.0/24' }]],
        dataDir: join(this.folder, 'ipam'),
      },
    };
    writeFileSync(this.cniFile, JSON.stringify({ cniVersion: '0.4.0', name: 'berth', plugins: [plugin] }));
  }

  /** Ends a process that `spawn` started. */
  kill(child: ChildProcess | undefined, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return killChild(child, signal);
  }

  async stop(): Promise<void> {
    const groups = await this.ctr('containers', 'list', '--quiet').catch(() => '');
    await killChild(this.#daemon);
    await killChild(this.#init);
    for (const id of groups.split('\n').filter((line) => line !== '')) await removeCgroups(id);
    await until(async () => rm(this.folder, { recursive: true, force: true }));
  }

  async #importImages(): Promise<void> {
    for (const reference of [pauseImage, busyboxImage]) {
      await this.archiveOf(reference);
      await this.ctr('images', 'import', this.#archivePath(reference));
    }
  }

  /** An archive of busybox under a name that the runtime does not have yet. */
  async archiveOf(reference: string): Promise<{ readonly content: Buffer; readonly digest: string }> {
    const path = this.#archivePath(reference);
    const isPause = reference === pauseImage;
    const config = isPause ? { Entrypoint: ['/bin/sleep', 'infinity'] } : { Cmd: ['/bin/sh'] };
    await writeImageArchive(
      { reference, config: { ...config, Env: ['PATH=/bin'] }, layers: [busyboxLayer()] },
      path,
    );
    const content = readFileSync(path);
    return { content, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
  }

  #archivePath(reference: string): string {
    return join(this.folder, `${reference.replaceAll(/[/:]/g, '_')}.tar`);
  }

  #writeConfig(): void {
    for (const name of ['cni', 'logs']) mkdirSync(join(this.folder, name));
    const config = `version = 2
root = "${this.folder}/root"
state = "${this.folder}/state"
[grpc]
  address = "${this.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${this.folder}/cni"
`;
    writeFileSync(join(this.folder, 'config.toml'), config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const busyboxCommands = [
  'sh',
  'sleep',
  'cat',
  'echo',
  'env',
  'id',
  'ls',
  'stat',
  'test',
  'true',
  'false',
  'hostname',
  'wget',
  'httpd',
  'mkdir',
  'rm',
];

function busyboxLayer(): readonly ImageEntry[] {
  const file = {
    type: 'file',
    path: 'bin/busybox',
    mode: 0o755,
    content: readFileSync('/bin/busybox'),
  } as const;
  const links = busyboxCommands.map(
    (name) => ({ type: 'symlink', path: `bin/${name}`, target: 'busybox' }) as const,
  );
  const folders = ['tmp', 'etc', 'proc', 'sys', 'dev'].map(
    (path) => ({ type: 'directory', path, mode: 0o755 }) as const,
  );
  return [file, ...links, ...folders];
}

/** Repeats `attempt` until it does not fail. */
export async function until(attempt: () => Promise<unknown>, timeoutMs = startTimeoutMs): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await sleep(20);
    }
  }
}

async function killChild(child: ChildProcess | undefined, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // nsenter and unshare hand no signal on; they end when they have reaped the one child that each has.
  const children = readFileSync(
    `/proc/${String(child.pid)}/task/${String(child.pid)}/children`,
    'utf8',
  ).trim();
  if (children === '') child.kill('SIGKILL');
  for (const pid of children.split(' ')) if (pid !== '') process.kill(Number(pid), signal);
  await exited;
}

/** What containers of a killed namespace leave behind in the machine's control groups. */
async function removeCgroups(id: string): Promise<void> {
  const { stdout } = await run('find', ['/sys/fs/cgroup', '-maxdepth', '4', '-type', 'd', '-name', id]);
  for (const path of stdout.split('\n').filter((line) => line !== '')) {
    // Empty as soon as the kernel has reaped the last process.
    await until(() => run('rmdir', [path]), 2000).catch(() => undefined);
  }
}
