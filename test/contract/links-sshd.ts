/** A private sshd on 127.0.0.1 with a host key of its own, for the user who runs the tests. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SshTarget } from '../../schemas/wire/ssh.ts';

const run = promisify(execFile);
const sshdPath = '/usr/sbin/sshd';

export interface SshKeyFile {
  readonly path: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

export async function makeSshKey(
  path: string,
  type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519',
): Promise<SshKeyFile> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'berth-test', '-f', path]);
  const { stdout } = await run('ssh-keygen', ['-l', '-f', path]);
  return { path, publicKey: await readFile(`${path}.pub`, 'utf8'), fingerprint: stdout.split(' ')[1] ?? '' };
}

export class Sshd {
  readonly target: SshTarget;
  readonly #configPath: string;
  #process: ChildProcess | undefined;

  private constructor(target: SshTarget, configPath: string) {
    this.target = target;
    this.#configPath = configPath;
  }

  /** Makes the keys and the configuration in a folder, and starts. */
  static async start(folder: string, client: SshKeyFile, hostKeys?: readonly SshKeyFile[]): Promise<Sshd> {
    await mkdir(folder, { recursive: true });
    // OpenSSH run by root insists on this folder, which the package's service makes otherwise.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const keys = hostKeys ?? [await makeSshKey(join(folder, 'host_key'))];
    const port = await freePort();
    await writeFile(join(folder, 'authorized_keys'), client.publicKey, { mode: 0o600 });
    const options = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...keys.map(({ path }) => `HostKey ${path}`),
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'PidFile none',
      'LogLevel FATAL',
      'Subsystem sftp internal-sftp',
    ];
    const configPath = join(folder, 'sshd_config');
    await writeFile(configPath, `${options.join('\n')}\n`);
    const target: SshTarget = {
      address: '127.0.0.1',
      port,
      user: userInfo().username,
      hostKeys: [keys[0]?.fingerprint ?? ''],
      identityPath: client.path,
    };
    const sshd = new Sshd(target, configPath);
    await sshd.start();
    return sshd;
  }

  async start(): Promise<void> {
    // Not even a killed test run leaves an sshd behind.
    const command = ['--pdeathsig', 'KILL', sshdPath, '-D', '-e', '-f', this.#configPath];
    this.#process = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'inherit'] });
    await new Promise((resolve, reject) => this.#process?.once('spawn', resolve).once('error', reject));
    await this.#listening();
  }

  /** Ends the listener and every connection that it served. */
  async kill(): Promise<void> {
    const sshd = this.#process;
    if (sshd === undefined) return;
    this.#process = undefined;
    const ended = once(sshd, 'exit');
    this.#signalAll(sshd, 'SIGKILL');
    await ended;
  }

  /** Nothing is answered any more, and nothing is closed. */
  freeze(): void {
    if (this.#process !== undefined) this.#signalAll(this.#process, 'SIGSTOP');
  }

  thaw(): void {
    if (this.#process !== undefined) this.#signalAll(this.#process, 'SIGCONT');
  }

  #signalAll(sshd: ChildProcess, signal: NodeJS.Signals): void {
    if (sshd.pid === undefined) return;
    for (const pid of [...descendants(sshd.pid), sshd.pid]) signalIfThere(pid, signal);
  }

  /** sshd says nothing when it listens: its port is asked until it answers. */
  async #listening(): Promise<void> {
    for (let tries = 0; tries < 500; tries += 1) {
      const socket = connect(this.target.port, '127.0.0.1');
      const answered = await Promise.race([
        once(socket, 'connect').then(
          () => true,
          () => false,
        ),
        delay(1000, false, { ref: false }),
      ]);
      socket.destroy();
      if (answered) return;
      if (this.#process?.exitCode !== null) break;
      await delay(10);
    }
    throw new Error(`sshd does not listen on port ${this.target.port}; see its complaint above`);
  }
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    return children.flatMap((child) => [...descendants(child), child]);
  } catch (error) {
    // Ended meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A child of sshd may end by itself between being listed and being told. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
