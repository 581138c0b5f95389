/** The API over a cluster in memory, on a socket and a port of its own, and a client that tells all of an answer. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditor } from '../../reconciler/api/audit/auditor.ts';
import { defaultPolicy } from '../../reconciler/api/audit/policy.ts';
import { type Auth, createAuth } from '../../reconciler/api/auth/auth.ts';
import { fileVault } from '../../reconciler/api/auth/file-vault.ts';
import type { BerthBackend } from '../../reconciler/api/berth-routes.ts';
import { startApi } from '../../reconciler/api-service.ts';
import { hostPort, type ListenAddress, withFreePort } from '../../reconciler/listeners.ts';
import type { Store } from '../../reconciler/core/ports.ts';
import type { Cluster } from '../../reconciler/loop/cluster.ts';
import { createMemoryStore } from '../../reconciler/store/memory/memory-store.ts';
import { systemRandom } from '../../reconciler/system/system-ports.ts';
import { HandClock, quiet } from './hand-clock.ts';
import { memoryCluster, type TestContext } from './memory-cluster.ts';
import { noHosts } from './no-hosts.ts';

export interface Answer {
  readonly code: number;
  /** The answer's JSON; `{ text }` where it is none. */
  readonly body: Record<string, unknown>;
}

export interface Call {
  /** GET unless given. */
  readonly method?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  readonly bytes?: string | Buffer;
  readonly type?: string;
  /** Besides the content type and the user agent. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as it came. */
export interface Reply {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export interface ApiTrial {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly socketPath: string;
  /** Where it answers over TLS. */
  readonly address: ListenAddress;
  readonly auth: Auth;
  readonly clock: HandClock;
  readonly call: (path: string, options?: Call) => Promise<Answer>;
  readonly exchange: (path: string, options?: Call) => Promise<Reply>;
}

export async function servedApi(context: TestContext, backend: BerthBackend = noHosts): Promise<ApiTrial> {
  const clock = new HandClock();
  const store = createMemoryStore();
  const cluster = await memoryCluster(context, clock, store);
  const folder = await mkdtemp(join(tmpdir(), 'berth-api-'));
  const socketPath = join(folder, 'api.sock');
  const address = await withFreePort({ host: '127.0.0.1', port: 0 });
  const random = systemRandom;
  const auth = await createAuth({
    vault: fileVault(join(folder, 'pki')),
    settings: { stateDirectory: folder, serverUrl: `https://${hostPort(address)}` },
    ...{ view: cluster.view, clock, random, logger: quiet },
  });
  const auditor = createAuditor(
    { directory: folder, policy: defaultPolicy },
    { clock, random, logger: quiet },
  );
  const api = await startApi({
    ...{ cluster, store, backend, auth, clock, random, logger: quiet, address },
    version: '1.2.3',
    readiness: [],
    auditor,
    socket: socketPath,
  });
  context.after(async () => {
    api.close();
    await auditor.close();
    await rm(folder, { recursive: true });
  });
  return {
    cluster,
    store,
    socketPath,
    address,
    auth,
    clock,
    call: (path, options) => called(socketPath, path, options),
    exchange: (path, options) => exchanged(socketPath, path, options),
  };
}

async function called(socketPath: string, path: string, options: Call = {}): Promise<Answer> {
  const { code, headers, bytes } = await exchanged(socketPath, path, options);
  const text = bytes.toString();
  const streams = path.includes('watch=') && code === 200;
  const isJson = headers['content-type'] === 'application/json' && !streams;
  return { code, body: (isJson ? JSON.parse(text) : { text }) as Answer['body'] };
}

async function exchanged(socketPath: string, path: string, options: Call = {}): Promise<Reply> {
  const { method = 'GET', body, bytes, type = 'application/json' } = options;
  const sent = Buffer.from(bytes ?? (body === undefined ? '' : JSON.stringify(body)));
  // A DELETE has a body here only where its length is said.
  const length = sent.length === 0 ? {} : { 'content-length': sent.length };
  const agent = { 'content-type': type, 'user-agent': 'kubectl/v1.36.0 (linux/amd64)' };
  const headers = { ...agent, ...length, ...options.headers };
  const outgoing = request({ socketPath, path, method, headers, agent: false });
  outgoing.end(sent);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return { code: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) };
}
