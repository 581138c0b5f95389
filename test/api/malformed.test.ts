/** Two hundred requests and more that are wrong: each is refused with a Status, and the server goes on as before. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { load } from 'js-yaml';
import { BerthProcess } from '../../fixtures/lab/berth-process.ts';
import { loadAuthority } from '../../reconciler/api/auth/authority.ts';
import { fileVault } from '../../reconciler/api/auth/file-vault.ts';
import { issue, newKeyPair, privateKeyPem, selfSigned } from '../../reconciler/api/auth/x509.ts';
import { malformedAddresses } from './malformed-addresses.ts';
import { malformedBodies } from './malformed-bodies.ts';
import { malformedHeaders, malformedTokens } from './malformed-credentials.ts';
import { malformedPatches } from './malformed-patches.ts';
import { malformedUpgrades } from './malformed-upgrades.ts';
import type { Malformed } from './malformed.ts';
import { rawRequest } from './raw-request.ts';

const dayMs = 86_400_000;
const maps = '/api/v1/namespaces/default/configmaps';
/** What the process may hold in memory after all of it, some hundred megabytes of bodies included. */
const residentBytesMax = 512 * 1024 * 1024;

interface Target {
  readonly berth: BerthProcess;
  readonly directory: string;
  /** As the administrator. */
  readonly admin: ConnectionOptions;
  /** Without a client certificate. */
  readonly nobody: ConnectionOptions;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

async function started(context: TestContext): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-malformed-'));
  await writeFile(join(directory, 'berth.yaml'), 'listen: 127.0.0.1:0\n');
  const berth = new BerthProcess({
    directory: join(directory, 'state'),
    identity: join(directory, 'no-hosts-no-key'),
    arguments: ['--config', join(directory, 'berth.yaml')],
  });
  context.after(async () => {
    await berth.stop();
    await rm(directory, { recursive: true });
  });
  await berth.start();
  const { clusters, users } = load(await berth.run('kubeconfig')) as Kubeconfig;
  const cluster = clusters[0]?.cluster ?? {};
  const user = users[0]?.user ?? {};
  const pem = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64');
  const { hostname, port } = new URL(cluster['server'] ?? '');
  const nobody = { host: hostname, port: Number(port), ca: pem(cluster['certificate-authority-data']) };
  const cert = pem(user['client-certificate-data']);
  const admin = { ...nobody, cert, key: pem(user['client-key-data']) };
  await berth.api('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
  });
  await berth.api('POST', maps, { metadata: { name: 'kept' }, data: { a: 'b' } });
  return { berth, directory, admin, nobody };
}

async function refused(target: ConnectionOptions, { code, request }: Malformed): Promise<void> {
  const answer = await rawRequest(target, request);
  assert.equal(answer.code, code, answer.body.slice(0, 500));
  const status = JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
  const { kind, apiVersion, code: told, message, reason } = status;
  assert.deepEqual(
    [answer.contentType, kind, apiVersion, status['status'], told],
    ['application/json', 'Status', 'v1', 'Failure', code],
  );
  assert.ok(typeof message === 'string' && message !== '' && typeof reason === 'string', answer.body);
}

/** A master's certificate of another authority, or of Berth's own from two days ago, valid for a day. */
async function certificate(target: Target, kind: 'foreign' | 'expired'): Promise<ConnectionOptions> {
  const nowMs = Date.now();
  const vault = fileVault(join(target.directory, 'state', 'pki'));
  const { issuer: own } = await loadAuthority(vault, 'client-ca', 'berth-client-ca', nowMs);
  const issuer = kind === 'expired' ? own : await selfSigned('berth-client-ca', nowMs, 10 * dayMs);
  const keys = await newKeyPair();
  const order = {
    subject: { commonName: 'berth:admin', organizations: ['system:masters'] },
    publicKey: keys.publicKey,
    nowMs: kind === 'expired' ? nowMs - 2 * dayMs : nowMs,
    validForMs: dayMs,
    purposes: ['clientAuth'] as const,
  };
  return { key: privateKeyPem(keys.privateKey), cert: await issue(order, issuer) };
}

function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}

test('malformed requests are refused with a Status each, and harm nobody else', async (context) => {
  const target = await started(context);
  const { berth, admin, nobody } = target;
  const before = berth.pids;
  const all = [
    ...[
      ...malformedBodies,
      ...malformedPatches,
      ...malformedAddresses,
      ...malformedHeaders,
      ...malformedUpgrades,
    ].map((one) => ({
      one,
      from: admin,
    })),
    ...malformedTokens.map((one) => ({ one, from: nobody })),
  ];
  assert.ok(all.length >= 200, String(all.length));
  assert.equal(new Set(all.map(({ one }) => one.name)).size, all.length, 'each has a name of its own');
  for (const { one, from } of all) await context.test(one.name, () => refused(from, one));

  for (const kind of ['foreign', 'expired'] as const)
    await context.test(`a certificate that is ${kind} proves nothing`, async () => {
      const shown = await certificate(target, kind);
      await refused({ ...nobody, ...shown }, { name: kind, code: 401, request: { path: maps } });
    });

  await context.test('a body that breaks off leaves nothing behind', async () => {
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const body = '1000\r\n{"metadata":{"name":"never"}';
    await rawRequest(admin, { method: 'POST', path: maps, headers, body, breaksOff: true });
    const length = ['Content-Type: application/json', 'Content-Length: 1000'];
    await rawRequest(admin, { method: 'POST', path: maps, headers: length, body, breaksOff: true });
  });

  await context.test(
    'an HTTP/2 connection with too many headers, and one with garbage, end alone',
    async () => {
      const session = connectHttp2(`https://${String(nobody.host)}:${String(nobody.port)}`, nobody);
      session.on('error', () => undefined);
      const fields = Array.from({ length: 5_000 }, (_, index): [string, string] => [
        `x-${String(index)}`,
        'a'.repeat(100),
      ]);
      const stream = session.request({ ':path': maps, ...Object.fromEntries<string>(fields) });
      stream.on('error', () => undefined);
      await new Promise<void>((resolve) => stream.once('close', resolve).resume());
      session.destroy();
      await rawRequest(nobody, { method: 'PRI', path: '*', headers: [], body: Buffer.alloc(1000, 0xff) });
    },
  );

  await context.test('the server is as before', async () => {
    const { items } = await berth.api<{
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    }>('GET', maps);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt'),
      ['kept'],
    );
    const kept = await berth.api<{ readonly data: object }>('GET', `${maps}/kept`);
    assert.deepEqual(kept.data, { a: 'b' });
    assert.deepEqual(berth.pids, before);
    const bytes = residentBytes(before.at(-1) ?? 0);
    assert.ok(bytes < residentBytesMax, `${String(bytes)} bytes are resident`);
  });
});
