import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer, type SecureContextOptions, type Server } from 'node:tls';
import type { UserInfo } from '../../core/model/user.ts';
import { type Authority, loadAuthority } from './authority.ts';
import type { Authenticated } from './authenticate.ts';
import { type ClientCredentials, issueClientCertificate } from './client-certificates.ts';
import { fileVault } from './file-vault.ts';
import { ServingCertificate } from './serving-certificate.ts';
import { type AuthTrial, authTrial, quietLogger } from './testing/auth-trial.ts';
import { issue, newKeyPair, privateKeyPem, selfSigned, certificatePem } from './x509.ts';

const dayMs = 86_400_000;

/** A TLS server as the API's, that tells each client who it is. */
async function serve(
  trial: AuthTrial,
  context: { after: (run: () => Promise<void>) => void },
): Promise<Server> {
  const server = createServer(trial.auth.serving.options(), (socket) => {
    const peerCertificate = socket.getPeerX509Certificate();
    void trial.auth.authenticator
      .authenticate({ headers: [], local: false, peerCertificate })
      .then((found) => socket.end(JSON.stringify(found)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    server.close();
  });
  return server;
}

async function ask(
  server: Server,
  trial: AuthTrial,
  options: SecureContextOptions = {},
): Promise<Authenticated> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: trial.auth.caPem,
    servername: 'kubernetes.default',
    ...options,
  });
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
  return JSON.parse(text) as Authenticated;
}

function shown({ certificate, privateKey }: ClientCredentials): SecureContextOptions {
  return { cert: certificate, key: privateKey };
}

const jane = { name: 'jane', groups: ['team', 'system:viewers'] };

async function clientAuthority(trial: AuthTrial): Promise<Authority> {
  return loadAuthority(trial.vault, 'client-ca', 'unused', trial.clock.now());
}

test('a client certificate is its user and groups', async (context) => {
  const trial = await authTrial(context);
  const server = await serve(trial, context);
  const credentials = await issueClientCertificate(
    await clientAuthority(trial),
    jane,
    trial.clock.now(),
    dayMs,
  );
  const found = await ask(server, trial, shown(credentials));
  assert.ok(found.type === 'user');
  const { name, groups, extra = {} } = found.user;
  assert.deepEqual({ name, groups }, { name: 'jane', groups: [...jane.groups, 'system:authenticated'] });
  assert.match(extra['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
  assert.deepEqual(await ask(server, trial), { type: 'anonymous' });
});

test('text in a name is never read as another part of it', async (context) => {
  const trial = await authTrial(context);
  const server = await serve(trial, context);
  const sly: Pick<UserInfo, 'name' | 'groups'> = {
    name: 'jane\nO=system:masters',
    groups: ['a+O=system:masters'],
  };
  const credentials = await issueClientCertificate(
    await clientAuthority(trial),
    sly,
    trial.clock.now(),
    dayMs,
  );
  const found = await ask(server, trial, shown(credentials));
  assert.ok(found.type === 'user');
  assert.equal(found.user.name, sly.name);
  assert.deepEqual(found.user.groups, [...sly.groups, 'system:authenticated']);
});

test('certificates that prove nothing are refused', async (context) => {
  const trial = await authTrial(context);
  const server = await serve(trial, context);
  const nowMs = trial.clock.now();
  const own = await clientAuthority(trial);
  const serverCa = await loadAuthority(trial.vault, 'server-ca', 'unused', nowMs);
  const namesake = await loadAuthority(
    fileVault(`${trial.directory}/other`),
    'client-ca',
    'berth-client-ca',
    nowMs,
  );
  const keys = await newKeyPair();
  const order = {
    subject: { commonName: 'jane', organizations: ['system:masters'] },
    publicKey: keys.publicKey,
    nowMs,
    validForMs: dayMs,
  };
  const forServers = await issue({ ...order, purposes: ['serverAuth'] }, own.issuer);
  const itself = await selfSigned('jane', nowMs, dayMs);
  const middle = { certificate: itself.certificate, privateKey: itself.privateKey };
  const forged: Readonly<Record<string, SecureContextOptions>> = {
    'an authority of the same name': shown(await issueClientCertificate(namesake, jane, nowMs, dayMs)),
    "the authority of the API's own certificate": shown(
      await issueClientCertificate(serverCa, jane, nowMs, dayMs),
    ),
    'an expired one': shown(await issueClientCertificate(own, jane, nowMs - 2 * dayMs, dayMs)),
    'one that is not valid yet': shown(await issueClientCertificate(own, jane, nowMs + dayMs, dayMs)),
    'one for servers': { cert: forServers, key: privateKeyPem(keys.privateKey) },
    'one without a name': shown(await issueClientCertificate(own, { name: '', groups: ['x'] }, nowMs, dayMs)),
    'one that signed itself': {
      cert: certificatePem(itself.certificate),
      key: privateKeyPem(itself.privateKey),
    },
    'one below another that signed itself': {
      cert:
        (await issue({ ...order, purposes: ['clientAuth'] }, middle)) + certificatePem(itself.certificate),
      key: privateKeyPem(keys.privateKey),
    },
  };
  for (const [what, options] of Object.entries(forged))
    assert.equal((await ask(server, trial, options)).type, 'refused', what);
});

test('the serving certificate names all that clients call the API', async (context) => {
  const trial = await authTrial(context, { serverNames: ['10.43.0.1', 'api.example.org'] });
  const server = await serve(trial, context);
  const names = ['localhost', 'kubernetes', 'kubernetes.default.svc.cluster.local', 'api.example.org'];
  for (const servername of names)
    assert.equal(
      (await ask(server, trial, { servername } as SecureContextOptions)).type,
      'anonymous',
      servername,
    );
  const certificate = new X509Certificate(String(trial.auth.serving.options().cert));
  for (const address of ['127.0.0.1', '::1', '10.43.0.1'])
    assert.equal(certificate.checkIP(address), address);
  assert.equal(certificate.checkHost('example.org'), undefined);
});

test('a new certificate is served without a restart when names change or the end comes near', async (context) => {
  const trial = await authTrial(context);
  const { clock } = trial;
  let names = ['localhost'];
  const nowMs = clock.now();
  const serving = await ServingCertificate.create({
    authority: await loadAuthority(trial.vault, 'server-ca', 'unused', nowMs),
    clientAuthority: await clientAuthority(trial),
    names: () => names,
    clock,
    logger: quietLogger,
  });
  let served = '';
  const renewed = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  let wake = (): void => undefined;
  const stop = serving.follow({
    setSecureContext: (options) => {
      served = String(options.cert);
      wake();
    },
  });
  assert.equal(await serving.renew(), false);
  names = ['localhost', 'moved.example.org'];
  const first = renewed();
  clock.ring();
  await first;
  assert.equal(new X509Certificate(served).checkHost('moved.example.org'), 'moved.example.org');
  assert.equal(await serving.renew(), false);
  clock.pass(61 * dayMs);
  assert.equal(await serving.renew(), true);
  stop();
});
