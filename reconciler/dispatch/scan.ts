/** Asks a machine for its host keys without trusting or authenticating: what a person confirms before pinning. */
import { createHash } from 'node:crypto';
import { Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { sshHostKeyKinds, sshOffer, sshReadyTimeoutMs } from '../../schemas/wire/ssh.ts';
import { fingerprintOfHash } from '../../schemas/wire/ssh.ts';
import { LinkError, type HostKey } from '../core/ports.ts';

type Shown = { readonly key: HostKey } | { readonly error: string };

/** The keys of the kinds that Berth accepts, the best first. Throws LinkError `Unreachable` when none is shown. */
export async function scanHostKeys(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<readonly HostKey[]> {
  const shown: Shown[] = [];
  // One after the other: an sshd may count unauthenticated connections that come at once as an attack.
  for (const kind of sshHostKeyKinds) {
    signal.throwIfAborted();
    shown.push(await showKey(address, port, kind, signal));
  }
  const keys = shown.flatMap((each) => ('key' in each ? [each.key] : []));
  if (keys.length > 0) return keys;
  const errors = [...new Set(shown.flatMap((each) => ('error' in each ? [each.error] : [])))];
  throw new LinkError('Unreachable', `${address}:${port} shows no host key: ${errors.join('; ')}`);
}

function showKey(
  address: string,
  port: number,
  kind: readonly ServerHostKeyAlgorithm[],
  signal: AbortSignal,
): Promise<Shown> {
  const client = new Client();
  return new Promise((resolve) => {
    const settle = (shown: Shown): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(shown);
      client.destroy();
    };
    const onAbort = (): void => settle({ error: 'the scan was given up' });
    signal.addEventListener('abort', onAbort);
    client.on('error', (error) => settle({ error: error.message }));
    client.once('close', () => settle({ error: 'the connection was closed' }));
    client.connect({
      host: address,
      port,
      username: 'berth-scan',
      algorithms: sshOffer(kind),
      readyTimeout: sshReadyTimeoutMs,
      // Whatever is shown is noted and refused: nothing is ever sent over this connection.
      hostVerifier: (blob: Buffer): boolean => {
        const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('ascii');
        const fingerprint = fingerprintOfHash(createHash('sha256').update(blob).digest('hex'));
        settle({ key: { type, fingerprint } });
        return false;
      },
    });
  });
}
