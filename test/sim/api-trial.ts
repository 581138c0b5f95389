/** The API over a cluster in memory, on a unix socket of its own, and a client that tells all of an answer. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BerthBackend } from '../../reconciler/api/berth-routes.ts';
import { createApiServer } from '../../reconciler/api/server.ts';
import type { Cluster } from '../../reconciler/loop/cluster.ts';
import { HandClock, quiet } from './hand-clock.ts';
import { memoryCluster, type TestContext } from './memory-cluster.ts';

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
}

export interface ApiTrial {
  readonly cluster: Cluster;
  readonly socketPath: string;
  readonly call: (path: string, options?: Call) => Promise<Answer>;
}

export async function servedApi(context: TestContext, backend: BerthBackend): Promise<ApiTrial> {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock);
  const folder = await mkdtemp(join(tmpdir(), 'berth-api-'));
  const socketPath = join(folder, 'api.sock');
  const server = createApiServer({ cluster, backend, clock, logger: quiet, version: '1.2.3' });
  server.listen(socketPath);
  await once(server, 'listening');
  context.after(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  return { cluster, socketPath, call: (path, options) => called(socketPath, path, options) };
}

async function called(socketPath: string, path: string, options: Call = {}): Promise<Answer> {
  const { method = 'GET', body, bytes, type = 'application/json' } = options;
  const sent = Buffer.from(bytes ?? (body === undefined ? '' : JSON.stringify(body)));
  // A DELETE has a body here only where its length is said.
  const length = sent.length === 0 ? {} : { 'content-length': sent.length };
  const headers = { 'content-type': type, 'user-agent': 'kubectl/v1.36.0 (linux/amd64)', ...length };
  const outgoing = request({ socketPath, path, method, headers, agent: false });
  outgoing.end(sent);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = answer.headers['content-type'] === 'application/json';
  return { code: answer.statusCode ?? 0, body: (isJson ? JSON.parse(text) : { text }) as Answer['body'] };
}
