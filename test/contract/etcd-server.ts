/** A real etcd on this machine, with its data in a temporary folder; it takes whatever ports are free. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EtcdClient, type EtcdClientOptions } from '../../reconciler/store/etcd/etcd-client.ts';

/** As Debian's etcd-server installs it, or another version's. */
const program = process.env.BERTH_TEST_ETCD ?? '/usr/bin/etcd';
const startTimeoutMs = 30_000;

/** What Berth's own bounds need of an etcd: commits of 16,384 writes and of 64 MiB. */
export const wideLimits: readonly string[] = ['--max-txn-ops', '16640', '--max-request-bytes', '70000000'];

export interface EtcdServerOptions {
  readonly arguments?: readonly string[];
  /** For a server that speaks TLS: how to ask whether it is up. */
  readonly client?: Omit<EtcdClientOptions, 'endpoints'>;
}

export class EtcdServer {
  readonly url: string;
  readonly #directory = mkdtempSync(join(tmpdir(), 'berth-etcd-'));
  readonly #options: EtcdServerOptions;
  readonly #peerUrl: string;
  #child: ChildProcess | undefined;
  #printed = '';

  private constructor(options: EtcdServerOptions, ports: readonly number[]) {
    this.#options = options;
    this.url = `${options.client?.tls === undefined ? 'http' : 'https'}://127.0.0.1:${ports[0] ?? 0}`;
    this.#peerUrl = `http://127.0.0.1:${ports[1] ?? 0}`;
  }

  /** Resolves once it answers. */
  static async start(options: EtcdServerOptions = {}): Promise<EtcdServer> {
    const server = new EtcdServer(options, await freePorts(2));
    try {
      await server.resume();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('etcd does not run');
    return pid;
  }

  /** Starts it again on the same data and ports. */
  async resume(): Promise<void> {
    const child = spawn(
      program,
      [
        ...['--name', 'one', '--data-dir', join(this.#directory, 'data'), '--logger', 'zap'],
        ...['--listen-client-urls', this.url, '--advertise-client-urls', this.url],
        ...['--listen-peer-urls', this.#peerUrl, '--initial-advertise-peer-urls', this.#peerUrl],
        ...['--initial-cluster', `one=${this.#peerUrl}`, '--log-level', 'error'],
        ...(this.#options.arguments ?? []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.#printed += chunk.toString();
      });
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    await Promise.race([this.#answers(child), failed]);
  }

  /** SIGKILL, as when a machine dies. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #answers(child: ChildProcess): Promise<void> {
    const client = new EtcdClient({ ...this.#options.client, endpoints: [this.url] });
    const deadline = Date.now() + startTimeoutMs;
    try {
      for (;;) {
        if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}:\n${this.#printed}`);
        const [version] = await client.versions();
        if (typeof version === 'string') return;
        if (Date.now() > deadline)
          throw new Error(`etcd does not answer: ${String(version)}\n${this.#printed}`);
        await pause(50);
      }
    } finally {
      client.close();
    }
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const address = server.address();
        if (address === null || typeof address === 'string') throw new Error('no port');
        return address.port;
      }),
    );
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
