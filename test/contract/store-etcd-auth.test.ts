/** The store on an etcd that wants TLS from both sides, a name and a password. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openEtcdStore } from '../../reconciler/store/etcd/etcd-store.ts';
import { EtcdServer } from './etcd-server.ts';
import { commit, lines, put, watched } from './store-trial.ts';

/** etcd's tokens expire so long after their last use; a second or so later they are gone. */
const tokenSeconds = 1;
const password = 'not a secret';

const directory = mkdtempSync(join(tmpdir(), 'berth-etcd-tls-'));
const file = (name: string): string => join(directory, name);
const tls = { ca: file('ca.pem'), cert: file('client.pem'), key: file('client.key') };
let server: EtcdServer;

before(async () => {
  makeCertificates();
  server = await EtcdServer.start({
    arguments: [
      ...['--cert-file', file('server.pem'), '--key-file', file('server.key')],
      ...['--trusted-ca-file', tls.ca, '--client-cert-auth', '--auth-token-ttl', String(tokenSeconds)],
    ],
    client: { tls },
  });
  etcdctl('user', 'add', `root:${password}`);
  etcdctl('user', 'grant-role', 'root', 'root');
  etcdctl('user', 'add', `berth:${password}`);
  etcdctl('role', 'add', 'berth');
  etcdctl('role', 'grant-permission', 'berth', '--prefix=true', 'readwrite', '/berth');
  etcdctl('user', 'grant-role', 'berth', 'berth');
  etcdctl('auth', 'enable');
});
after(async () => {
  await server.dispose();
  rmSync(directory, { recursive: true });
});

test('with certificates, a name and a password the store works, and goes on when its token expires', async () => {
  const store = await openEtcdStore({ ...optionsOf(), username: 'berth', password });
  try {
    const start = await commit(store, put('/a', '1'));
    const seen = watched(store, '/', start, 2);
    await commit(store, put('/a', '2'));
    await pause((tokenSeconds + 2) * 1000);
    const last = await commit(store, put('/a', '3'));
    assert.equal((await seen).length, 2);
    assert.equal((await watched(store, '/', last - 1, 1)).length, 1);
    assert.equal((await lines(store, '/')).length, 1);
    const election = store.election({ identity: 'one', leaseSeconds: 2 });
    const term = await election.campaign(new AbortController().signal);
    await pause((tokenSeconds + 2) * 1000);
    assert.equal(term.lost.aborted, false);
    await term.resign();
  } finally {
    await store.close();
  }
});

test('a wrong password, no name, no certificate and what is beyond the role are refused', async () => {
  const cases = [
    { username: 'berth', password: 'wrong' },
    { username: 'nobody', password },
  ];
  for (const login of cases)
    await assert.rejects(openEtcdStore({ ...optionsOf(), ...login }), /authentication failed/u);
  await assert.rejects(
    openEtcdStore({ ...optionsOf(), tls: { ca: tls.ca }, username: 'berth', password }),
    /no etcd endpoint can be used/u,
  );
  const byName = server.url.replace('127.0.0.1', 'localhost');
  await assert.rejects(
    openEtcdStore({ ...optionsOf(), endpoints: [byName], username: 'berth', password }),
    /no etcd endpoint can be used/u,
    'its certificate is for 127.0.0.1 alone',
  );
  const beyond = await openEtcdStore({ ...optionsOf('/other'), username: 'berth', password });
  try {
    await assert.rejects(beyond.commit([put('/a', '1')]), /permission denied/u);
    await assert.rejects(beyond.get('/a'), /permission denied/u);
  } finally {
    await beyond.close();
  }
  // etcd 3.6 refuses already to tell its version; older ones take the certificate's name, which is empty.
  await assert.rejects(async () => {
    const nameless = await openEtcdStore(optionsOf());
    await nameless.commit([put('/a', '1')]).finally(() => nameless.close());
  }, /permission denied|user name is empty/u);
});

function optionsOf(prefix = '/berth'): Omit<Parameters<typeof openEtcdStore>[0], 'username' | 'password'> {
  // Debian's etcd is 3.4.
  return { endpoints: [server.url], tls, prefix, allowOldServer: true };
}

function etcdctl(...args: readonly string[]): void {
  const connection = ['--endpoints', server.url, '--cacert', tls.ca, '--cert', tls.cert, '--key', tls.key];
  execFileSync('/usr/bin/etcdctl', [...connection, ...args], {
    env: { ...process.env, ETCDCTL_API: '3' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** An authority, a server on 127.0.0.1 and a client without a name: with one, etcd would take it for the user's. */
function makeCertificates(): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
  for (const [name, subject, extensions] of [
    ['server', '/CN=etcd', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth'],
    ['client', '/O=berth', 'extendedKeyUsage=clientAuth'],
  ] as const) {
    writeFileSync(file(`${name}.ext`), extensions);
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-out', `${name}.pem`, '-days', '2', '-extfile', `${name}.ext`],
    );
  }
}
