/** Serves a MemoryAgent as the real agent would be: HTTP/2 on a unix socket. */
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import type { DesiredUpdate } from '../../schemas/wire/messages.ts';
import type { MemoryAgent } from '../sim/memory-agent.ts';

export class AgentServer {
  readonly #agent: MemoryAgent;
  readonly #socketPath: string;
  readonly #sessions = new Set<ServerHttp2Session>();
  #server: Http2Server | undefined;

  constructor(agent: MemoryAgent, socketPath: string) {
    this.#agent = agent;
    this.#socketPath = socketPath;
  }

  async start(): Promise<void> {
    await mkdir(dirname(this.#socketPath), { recursive: true });
    await rm(this.#socketPath, { force: true });
    const server = createServer({ settings: { initialWindowSize: 1024 * 1024 } });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const url = new URL(headers[':path'] ?? '/', 'http://agent');
      // A peer that goes away breaks its streams; the client's side of that is what the tests look at.
      stream.on('error', () => undefined);
      this.#serve(stream, `${headers[':method']} ${url.pathname}`, url.searchParams).catch((error: Error) => {
        if (!stream.destroyed) stream.destroy(error);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#socketPath, resolve);
    });
    this.#server = server;
  }

  /** Ends as a killed process does: every connection breaks, the socket's file stays. */
  async kill(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) =>
      this.#server === undefined ? resolve(undefined) : this.#server.close(resolve),
    );
    this.#server = undefined;
    this.#agent.restart();
  }

  async #serve(stream: ServerHttp2Stream, route: string, query: URLSearchParams): Promise<void> {
    switch (route) {
      case 'GET /v1/info':
        return answer(stream, 200, this.#agent.info);
      case 'PUT /v1/desired': {
        const outcome = this.#agent.put(JSON.parse(await text(stream)) as DesiredUpdate);
        await this.#agent.mayAnswer();
        return outcome.ok ? answer(stream, 200, outcome.accepted) : answer(stream, 409, outcome.refused);
      }
      case 'GET /v1/reports': {
        stream.respond({ ':status': 200 });
        const end = this.#agent.subscribe((report) => stream.write(`${JSON.stringify(report)}\n`));
        stream.once('close', end);
        return;
      }
      case 'GET /v1/logs':
        return this.#logs(stream, `${query.get('uid')}/${query.get('container')}`);
      case 'GET /v1/images':
        stream.respond({ ':status': 200 });
        stream.end(this.#agent.images.map((image) => `${JSON.stringify(image)}\n`).join(''));
        return;
      case 'POST /v1/images': {
        const outcome = await this.#agent.importImage(query.get('digest') ?? '', stream);
        return outcome.ok ? answer(stream, 200, outcome.images) : answer(stream, 422, outcome.problem);
      }
      case 'POST /v1/sessions':
        return this.#session(stream, JSON.parse(query.get('ask') ?? '') as SessionAsk);
      default:
        return answer(stream, 404, { reason: 'NotFound', message: `${route} does not exist` });
    }
  }

  async #session(stream: ServerHttp2Stream, ask: SessionAsk): Promise<void> {
    const { session } = this.#agent;
    if (session === undefined)
      return answer(stream, 404, { reason: 'NotFound', message: 'pod does not exist' });
    stream.respond({ ':status': 200 });
    const input = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    for await (const chunk of session(ask, input)) stream.write(chunk);
    stream.end();
  }

  async #logs(stream: ServerHttp2Stream, key: string): Promise<void> {
    const log = this.#agent.logs.get(key);
    if (log === undefined)
      return answer(stream, 404, { reason: 'ContainerNotFound', message: `${key} has no log` });
    stream.respond({ ':status': 200 });
    await pipeline(Readable.from(log instanceof Uint8Array ? [log] : log, { objectMode: false }), stream);
  }
}

function answer(stream: ServerHttp2Stream, status: number, body: unknown): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
}
