/** Whom a link trusts and what it tells when it does not: SSH alone, so not part of the contract. */
import assert from 'node:assert/strict';
import { connect as connectTcp, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { test } from 'node:test';
import type { HostTarget } from '../../reconciler/core/ports.ts';
import { makeSshKey, Sshd } from './links-sshd.ts';
import { openSshTrial, type SshTrial } from './links-ssh-trial.ts';
import { News } from './links-trial.ts';

const timeout = 60_000;

async function withTrial(use: (trial: SshTrial) => Promise<void>): Promise<void> {
  const trial = await openSshTrial(['one']);
  try {
    await use(trial);
  } finally {
    await trial.dispose();
  }
}

test('a host with another key than the pinned one is refused, both fingerprints told', { timeout }, () =>
  withTrial(async (trial) => {
    const pinned = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const target: HostTarget = { ...trial.target('one'), hostKeys: [pinned] };
    const news = new News();
    trial.links.open(target, news);
    const { reason, message } = await news.reached('one', 'refused');
    assert.equal(reason, 'HostKeyMismatch');
    assert.ok(message.includes(pinned));
    assert.ok(message.includes(trial.target('one').hostKeys[0] ?? 'none'));
    assert.deepEqual(news.phases('one'), ['connecting', 'refused']);
  }),
);

test('any of several pinned keys will do', { timeout }, () =>
  withTrial(async (trial) => {
    const { hostKeys } = trial.target('one');
    const news = new News();
    trial.links.open({ ...trial.target('one'), hostKeys: ['SHA256:old', ...hostKeys] }, news);
    await news.reached('one', 'connected');
  }),
);

test('a host pinned by its RSA key is found although it has better ones', { timeout }, () =>
  withTrial(async (trial) => {
    const keys = [
      await makeSshKey(join(trial.folder, 'rsa'), 'rsa'),
      await makeSshKey(join(trial.folder, 'ed25519'), 'ed25519'),
    ];
    const sshd = await Sshd.start(join(trial.folder, 'many'), trial.clientKey, keys);
    try {
      const news = new News();
      trial.links.open({ ...trial.target('one'), ...sshd.target }, news);
      assert.deepEqual(sshd.target.hostKeys, [keys[0]?.fingerprint]);
      await news.reached('one', 'connected');
    } finally {
      await sshd.kill();
    }
  }),
);

test('a scan shows every kind of host key, as ssh-keygen prints them', { timeout }, () =>
  withTrial(async (trial) => {
    const keys = [
      await makeSshKey(join(trial.folder, 'ed25519'), 'ed25519'),
      await makeSshKey(join(trial.folder, 'ecdsa'), 'ecdsa'),
      await makeSshKey(join(trial.folder, 'rsa'), 'rsa'),
    ];
    const sshd = await Sshd.start(join(trial.folder, 'many'), trial.clientKey, keys);
    try {
      const shown = await trial.links.scan('127.0.0.1', sshd.target.port, AbortSignal.timeout(20_000));
      const expected = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'].map((type, index) => ({
        type,
        fingerprint: keys[index]?.fingerprint,
      }));
      assert.deepEqual(shown, expected);
    } finally {
      await sshd.kill();
    }
  }),
);

test('a scan of a machine without sshd says so', { timeout }, () =>
  withTrial(async (trial) => {
    const { port } = trial.target('one');
    await trial.cut('one');
    await assert.rejects(trial.links.scan('127.0.0.1', port, AbortSignal.timeout(20_000)), {
      name: 'LinkError',
      reason: 'Unreachable',
    });
  }),
);

test('a key that the host does not accept is told, and tried again slowly', { timeout }, () =>
  withTrial(async (trial) => {
    const stranger = await makeSshKey(join(trial.folder, 'stranger'));
    const news = new News();
    const openedMs = Date.now();
    trial.links.open({ ...trial.target('one'), identityPath: stranger.path }, news);
    const { reason, message, retryAtMs } = await news.reached('one', 'unreachable');
    assert.equal(reason, 'AuthenticationFailed');
    assert.ok(message.includes(stranger.path));
    assert.ok(retryAtMs - openedMs >= 30_000);
  }),
);

test('a private key that is not there, or is none, is told', { timeout }, () =>
  withTrial(async (trial) => {
    for (const identityPath of [join(trial.folder, 'missing'), `${trial.clientKey.path}.pub`]) {
      const news = new News();
      const link = trial.links.open({ ...trial.target('one'), identityPath }, news);
      const { reason, message } = await news.reached('one', 'unreachable');
      assert.equal(reason, 'IdentityUnreadable');
      assert.ok(message.includes(identityPath));
      await link.close();
    }
  }),
);

test('a server without strict key exchange is refused before the key is shown to it', { timeout }, () =>
  withTrial(async (trial) => {
    const { server, port } = await weakeningRelay(trial.target('one').port);
    try {
      const news = new News();
      const link = trial.links.open({ ...trial.target('one'), port }, news);
      assert.equal((await news.reached('one', 'refused')).reason, 'WeakKeyExchange');
      await link.close();
    } finally {
      server.close();
    }
  }),
);

/** Stands in between and takes the offer of strict key exchange out of the server's first packet. */
async function weakeningRelay(
  serverPort: number,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((client) => {
    const upstream = connectTcp(serverPort, '127.0.0.1');
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const weak = chunk
        .toString('latin1')
        .replace('kex-strict-s-v00@openssh.com', 'kex-absent-s-v00@openssh.com');
      client.write(Buffer.from(weak, 'latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test('a host that never answers is given up after the handshake’s deadline', { timeout }, async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const trial = await openSshTrial(['one']);
  try {
    const news = new News();
    trial.links.open({ ...trial.target('one'), port: (silent.address() as AddressInfo).port }, news);
    const { reason } = await news.reached('one', 'unreachable');
    assert.equal(reason, 'Unreachable');
  } finally {
    silent.close();
    await trial.dispose();
  }
});
