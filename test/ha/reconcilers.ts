/** Several reconcilers on one real etcd, as processes, and what can be seen of who leads. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BerthProcess, eventually } from '../../fixtures/lab/berth-process.ts';
import { type EtcdStore, openEtcdStore } from '../../reconciler/store/etcd/etcd-store.ts';
import { EtcdServer, wideLimits } from '../contract/etcd-server.ts';

export class Reconcilers {
  readonly etcd: EtcdServer;
  /** The store that they share, seen from outside. */
  readonly store: EtcdStore;
  readonly all: BerthProcess[] = [];
  readonly #directory: string;
  readonly #leaseSeconds: number;

  private constructor(parts: {
    readonly etcd: EtcdServer;
    readonly store: EtcdStore;
    readonly directory: string;
    readonly leaseSeconds: number;
  }) {
    this.etcd = parts.etcd;
    this.store = parts.store;
    this.#directory = parts.directory;
    this.#leaseSeconds = parts.leaseSeconds;
  }

  /** An etcd, and no reconciler yet. */
  static async open(leaseSeconds: number): Promise<Reconcilers> {
    const etcd = await EtcdServer.start({ arguments: wideLimits });
    // Debian's etcd is 3.4.
    const store = await openEtcdStore({ endpoints: [etcd.url], allowOldServer: true });
    const directory = mkdtempSync(join(tmpdir(), 'berth-ha-'));
    return new Reconcilers({ etcd, store, directory, leaseSeconds });
  }

  /** Starts one more; resolves when its API answers. */
  async add(): Promise<BerthProcess> {
    const directory = join(this.#directory, String(this.all.length));
    mkdirSync(directory);
    const config = join(directory, 'berth.yaml');
    const etcd = {
      endpoints: [this.etcd.url],
      leaseSeconds: this.#leaseSeconds,
      allowOldServer: true,
    };
    // Others on this machine may take the default address at the same moment.
    writeFileSync(config, JSON.stringify({ etcd, listen: '127.0.0.1:0' }));
    const berth = new BerthProcess({
      directory,
      identity: join(directory, 'none'),
      arguments: ['--config', config],
    });
    this.all.push(berth);
    await berth.start();
    return berth;
  }

  /** The one that leads in an epoch after `epoch`, and its epoch; rejects where there is none in time. */
  leader(
    epoch: number,
    timeoutMs: number,
  ): Promise<{ readonly berth: BerthProcess; readonly epoch: number; readonly identity: string }> {
    return eventually(
      `a leader after epoch ${epoch}`,
      async () => {
        const record = await this.store.get('/leader/holder');
        if (record === undefined) return undefined;
        const holder = JSON.parse(Buffer.from(record.value).toString()) as Holder;
        const line = `${holder.identity} leads, epoch ${holder.epoch}`;
        const berth = this.all.find(({ lines }) => lines.includes(line));
        return berth === undefined || holder.epoch <= epoch ? undefined : { berth, ...holder };
      },
      timeoutMs,
    );
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.all.map((berth) => berth.stop()));
    await this.store.close();
    await this.etcd.dispose();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

interface Holder {
  readonly identity: string;
  readonly epoch: number;
}
