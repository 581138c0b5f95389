/** One SSH connection to a host, and byte streams over it to unix sockets. */
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import { openSsh } from '../../schemas/wire/ssh-open.ts';
import type { SshFailure, SshTarget } from '../../schemas/wire/ssh.ts';
import { LinkError, type Clock } from '../core/ports.ts';
import { deadline } from './deadline.ts';

/** A channel takes one round trip. */
const channelDeadlineMs = 10_000;

export type SshConnected =
  | { readonly ok: true; readonly connection: SshConnection }
  | { readonly ok: false; readonly failure: SshFailure };

export async function connectSsh(
  target: SshTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<SshConnected> {
  let privateKey: string;
  try {
    privateKey = await readFile(target.identityPath, 'utf8');
  } catch (error) {
    return { ok: false, failure: { reason: 'IdentityUnreadable', message: (error as Error).message } };
  }
  const opened = await openSsh(() => new Client(), target, privateKey, signal);
  return opened.ok ? { ok: true, connection: new SshConnection(opened.client, clock) } : opened;
}

export class SshConnection {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  #why = 'the host closed the connection';

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    client.on('error', (error) => (this.#why = error.message));
    client.once('close', () => this.#lost.abort(new LinkError('ConnectionLost', this.#why)));
  }

  /** Aborts when the connection is gone, with a LinkError that says why. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * A byte stream to a unix socket of the host; undefined when nothing accepts there, or sshd does not allow it:
   * OpenSSH answers both alike.
   */
  async openSocket(path: string): Promise<Duplex | undefined> {
    const limit = deadline(this.#clock, channelDeadlineMs, `connecting to ${path}`, this.lost);
    try {
      return await new Promise((resolve, reject) => {
        const onAbort = (): void =>
          reject((this.lost.aborted ? this.lost.reason : limit.signal.reason) as Error);
        if (limit.signal.aborted) return onAbort();
        limit.signal.addEventListener('abort', onAbort, { once: true });
        this.#client.openssh_forwardOutStreamLocal(path, (error, channel) => {
          if (error === undefined) resolve(channel);
          else if ('reason' in error) resolve(undefined);
          else reject(new LinkError('ConnectionLost', error.message));
        });
      });
    } finally {
      limit.clear();
    }
  }

  close(): void {
    this.#client.end();
    this.#client.destroy();
  }
}
