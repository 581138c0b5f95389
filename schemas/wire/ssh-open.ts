/**
 * Opening an SSH connection by the rules of ssh.ts. It stands here because the reconciler's links and the
 * bootstrap need the very same judgement of a host and may not import each other; it reads no file and makes
 * no client itself.
 */
import type { Client, ServerHostKeyAlgorithm } from 'ssh2';
import {
  hasStrictKeyExchange,
  sshConnectConfig,
  sshFailure,
  sshHostKeyKinds,
  type SshFailure,
  type SshTarget,
} from './ssh.ts';

export type SshOpened =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly failure: SshFailure };

/**
 * Connects and authenticates. A host that has keys of several kinds shows the best one first; if that one is not
 * pinned the other kinds are asked for before the host is refused. Small writes are sent at once (TCP_NODELAY):
 * else each request would wait 44 ms for the other side's delayed acknowledgement.
 */
export async function openSsh(
  createClient: () => Client,
  target: SshTarget,
  privateKey: string,
  signal: AbortSignal,
): Promise<SshOpened> {
  const [best, ...others] = [sshHostKeyKinds.flat(), ...sshHostKeyKinds.slice(1)];
  const first = await attempt(createClient(), target, privateKey, best ?? [], signal);
  if (first.ok || first.failure.reason !== 'HostKeyMismatch') return first;
  for (const kind of others) {
    const next = await attempt(createClient(), target, privateKey, kind, signal);
    if (next.ok || next.failure.reason === 'AuthenticationFailed') return next;
  }
  return first;
}

function attempt(
  client: Client,
  target: SshTarget,
  privateKey: string,
  hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[],
  signal: AbortSignal,
): Promise<SshOpened> {
  return new Promise((resolve) => {
    let fingerprint: string | undefined;
    let strict: boolean | undefined;
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', onAbort);
      resolve({ ok: false, failure: sshFailure({ target, error, fingerprint, strict }) });
      client.destroy();
    };
    const onAbort = (): void => fail(new Error('the attempt was given up'));
    client.once('ready', () => {
      signal.removeEventListener('abort', onAbort);
      client.setNoDelay(true);
      wakeServer(client);
      resolve({ ok: true, client });
    });
    // Stays for the connection's life: ssh2 emits an error before it closes, and an unheard one would be thrown.
    client.on('error', fail);
    client.once('close', () => fail(new Error('the connection was closed during the handshake')));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return onAbort();
    try {
      const onHostKey = (shown: string): boolean => {
        fingerprint = shown;
        strict = hasStrictKeyExchange(client);
        return strict;
      };
      client.connect(sshConnectConfig({ target, privateKey, hostKeyAlgorithms, onHostKey }));
    } catch (error) {
      // The one thing that ssh2 throws for here is a private key that it cannot read.
      signal.removeEventListener('abort', onAbort);
      const message = `${target.identityPath}: ${error instanceof Error ? error.message : String(error)}`;
      resolve({ ok: false, failure: { reason: 'IdentityUnreadable', message } });
    }
  });
}

/**
 * Before OpenSSH 10, sshd sets TCP_NODELAY on its own end only when a session runs its first command, and not for
 * forwarded sockets: without it every second small packet of the host waits up to 40 ms for our acknowledgement.
 * So one command is run that does nothing. A host that forbids commands is merely slower.
 */
function wakeServer(client: Client): void {
  client.exec(':', (error, channel) => {
    if (error === undefined) channel.resume().end();
  });
}
