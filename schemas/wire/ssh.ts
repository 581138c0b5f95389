/**
 * How Berth speaks SSH: one strict set of options for the reconciler's links and for the bootstrap. Pure; who
 * connects reads the key file and owns the client.
 */
import type { ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';

/** Where a host is reached and what it has to prove. */
export interface SshTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Pinned fingerprints, `SHA256:…` as ssh-keygen prints them; never empty. */
  readonly hostKeys: readonly string[];
  /** Path of the private key on the reconciler's disk. */
  readonly identityPath: string;
}

/** A dead link is found after interval × (count + 1): four ticks of the timer, 8 s. */
export const sshKeepaliveIntervalMs = 2000;
export const sshKeepaliveCountMax = 3;

/** TCP connect, handshake and authentication together; a handshake takes 0.2 s, a busy host's some seconds. */
export const sshReadyTimeoutMs = 10_000;

/**
 * The kinds of host key that are asked for, the best first. A server shows one key per handshake, so a host
 * pinned by its RSA key alone is found by asking for each kind in turn.
 */
export const sshHostKeyKinds: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

/**
 * AES-GCM only: it is not open to prefix truncation (CVE-2023-48795, "Terrapin") even in theory, is the fastest
 * on machines with AES instructions, and every OpenSSH since 6.2 has it. Its MAC is built in; the list of MACs
 * is still negotiated, so it names the encrypt-then-MAC ones.
 */
export const sshAlgorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none'],
} as const satisfies ConnectConfig['algorithms'];

export interface SshConnectOptions {
  readonly target: Pick<SshTarget, 'address' | 'port' | 'user' | 'hostKeys'>;
  readonly privateKey: string;
  readonly hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[];
  /**
   * Told the fingerprint that the host shows before it is judged; answers whether the key exchange is a strict
   * one, which is settled by then.
   */
  readonly onHostKey: (fingerprint: string) => boolean;
}

/** The ssh2 options for a connection that accepts none but the pinned host keys. */
export function sshConnectConfig(options: SshConnectOptions): ConnectConfig {
  const { target } = options;
  return {
    host: target.address,
    port: target.port,
    username: target.user,
    privateKey: options.privateKey,
    authHandler: ['publickey'],
    hostHash: 'sha256',
    hostVerifier: (hash: string): boolean => {
      const fingerprint = fingerprintOfHash(hash);
      return options.onHostKey(fingerprint) && target.hostKeys.includes(fingerprint);
    },
    algorithms: sshOffer(options.hostKeyAlgorithms),
    keepaliveInterval: sshKeepaliveIntervalMs,
    keepaliveCountMax: sshKeepaliveCountMax,
    readyTimeout: sshReadyTimeoutMs,
    agentForward: false,
  };
}

/** What is offered in a handshake that asks for these kinds of host key. */
export function sshOffer(
  hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[],
): NonNullable<ConnectConfig['algorithms']> {
  return {
    kex: [...sshAlgorithms.kex],
    cipher: [...sshAlgorithms.cipher],
    hmac: [...sshAlgorithms.hmac],
    compress: [...sshAlgorithms.compress],
    serverHostKey: [...hostKeyAlgorithms],
  };
}

/** `SHA256:…` as ssh-keygen prints it, from the SHA-256 of a host key blob in hex. */
export function fingerprintOfHash(sha256Hex: string): string {
  return `SHA256:${Uint8Array.fromHex(sha256Hex).toBase64({ omitPadding: true })}`;
}

/**
 * Whether the key exchange is a strict one (`kex-strict-s-v00@openssh.com`). ssh2 follows it when the
 * server offers it but has no option to demand it, so this reads the library's own mark; a library that no
 * longer has the mark counts as not strict, which refuses the connection instead of weakening it.
 */
export function hasStrictKeyExchange(client: object): boolean {
  const protocol: unknown = Reflect.get(client, '_protocol');
  return typeof protocol === 'object' && protocol !== null && Reflect.get(protocol, '_strictMode') === true;
}

export type SshFailureReason =
  | 'HostKeyMismatch'
  | 'WeakKeyExchange'
  | 'IdentityUnreadable'
  | 'AuthenticationFailed'
  | 'Unreachable';

/** Why a connection could not be made, in words for people. */
export interface SshFailure {
  readonly reason: SshFailureReason;
  readonly message: string;
}

/** What is known when an attempt ends: ssh2's error and the fingerprint that the host showed, if it came so far. */
export interface SshAttempt {
  readonly target: SshTarget;
  readonly error: Error & { readonly level?: string };
  readonly fingerprint: string | undefined;
  /** False where the key exchange was not a strict one; undefined when it did not come so far. */
  readonly strict: boolean | undefined;
}

/** Tells a wrong host key, a weak server and a refused key from a host that is not there. */
export function sshFailure(attempt: SshAttempt): SshFailure {
  const { target, error, fingerprint } = attempt;
  const where = `${target.address}:${target.port}`;
  if (attempt.strict === false) {
    return {
      reason: 'WeakKeyExchange',
      message: `${where} does not offer strict key exchange (kex-strict-s-v00@openssh.com); update its OpenSSH to 9.6 or a release that has the fix for CVE-2023-48795`,
    };
  }
  if (fingerprint !== undefined && !target.hostKeys.includes(fingerprint)) {
    return {
      reason: 'HostKeyMismatch',
      message: `${where} shows the host key ${fingerprint}, but ${target.hostKeys.join(' or ')} is pinned; if the host was installed anew, correct spec.hostKeys of its Host, else somebody may be in between`,
    };
  }
  if (error.level === 'client-authentication') {
    return {
      reason: 'AuthenticationFailed',
      message: `${where} does not accept the key ${target.identityPath} for user ${target.user}; add its public half to that user's authorized_keys`,
    };
  }
  return { reason: 'Unreachable', message: `${where}: ${error.message}` };
}
