/** The agent's HTTP/2 server on its unix socket: the routes of schemas/wire/messages.ts. */
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ProblemMessage } from '../../../schemas/wire/messages.ts';
import { desiredUpdateBytesMax } from '../../../schemas/wire/messages.ts';
import type { AgentService, Logger } from '../core/ports.ts';
import { ImageProblem, JournalFull, SessionProblem } from '../core/problems.ts';
import { parseDesiredUpdate } from './desired-update.ts';
import { findLog, readLog } from './container-log.ts';
import { parseLogQuery } from './log-query.ts';
import type { ReportHub } from './report-hub.ts';
import { drained } from '../../../schemas/wire/drained.ts';

/** Requests of one reconciler at a time, log followers included. */
const streamsMax = 1000;
/** Image archives and desired states come at the speed of the disk: 4 MiB fill 300 Mbit/s at 100 ms. */
const windowBytes = 4 * 1024 * 1024;

export interface AgentServerOptions {
  readonly socket: string;
  /** Group that may connect besides root; root alone without it. */
  readonly socketGroupId: number | undefined;
  readonly logRoot: string;
  readonly service: AgentService;
  readonly hub: ReportHub;
  /** Serves a session over the stream. Rejects with a SessionProblem where it does not begin. */
  readonly session: (stream: ServerHttp2Stream, ask: string | null) => Promise<void>;
  readonly logger: Logger;
  readonly now: () => number;
}

interface Request {
  readonly stream: ServerHttp2Stream;
  readonly url: URL;
}

type Handler = (request: Request) => Promise<void>;

/** An answer that is an error. */
class Refusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export class AgentServer {
  readonly #options: AgentServerOptions;
  readonly #server: Http2Server;
  readonly #routes: ReadonlyMap<string, Handler>;

  constructor(options: AgentServerOptions) {
    this.#options = options;
    this.#routes = new Map<string, Handler>([
      ['GET /v1/info', (request) => this.#info(request)],
      ['PUT /v1/desired', (request) => this.#desired(request)],
      ['GET /v1/reports', (request) => this.#reports(request)],
      ['GET /v1/logs', (request) => this.#logs(request)],
      ['GET /v1/images', (request) => this.#images(request)],
      ['POST /v1/images', (request) => this.#importImage(request)],
      ['POST /v1/sessions', ({ stream, url }) => options.session(stream, url.searchParams.get('ask'))],
    ]);
    this.#server = createServer({
      settings: { maxConcurrentStreams: streamsMax, initialWindowSize: windowBytes, enablePush: false },
      maxSessionMemory: 128,
    });
    this.#server.on('session', (session) => {
      session.setLocalWindowSize(windowBytes * 4);
      session.on('error', (error) =>
        options.logger.debug('connection ended with an error', { error: String(error) }),
      );
    });
    this.#server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const method = headers[':method'] ?? '';
      void this.#answer(method, { stream, url: new URL(headers[':path'] ?? '/', 'http://agent') });
    });
  }

  /** A socket left by an agent that was killed is in the way: it is removed. */
  async listen(): Promise<void> {
    const { socket, socketGroupId } = this.#options;
    await mkdir(dirname(socket), { recursive: true, mode: 0o755 });
    await rm(socket, { force: true });
    // Between bind and chmod nobody but root may connect either.
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(socket, resolve);
      });
    } finally {
      process.umask(umask);
    }
    if (socketGroupId === undefined) return chmod(socket, 0o600);
    await chown(socket, 0, socketGroupId);
    return chmod(socket, 0o660);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(method: string, request: Request): Promise<void> {
    const { stream, url } = request;
    const { logger } = this.#options;
    stream.on('error', (error) =>
      logger.debug('request ended with an error', { path: url.pathname, error: String(error) }),
    );
    try {
      const handler = this.#routes.get(`${method} ${url.pathname}`);
      if (handler === undefined) throw new Refusal(404, 'NotFound', `no ${method} ${url.pathname} here`);
      await handler(request);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status >= 500) logger.error('request failed', { path: url.pathname, error: String(error) });
      respondJson(stream, refusal.status, {
        reason: refusal.reason,
        message: refusal.message,
      } satisfies ProblemMessage);
    }
  }

  async #info({ stream }: Request): Promise<void> {
    respondJson(stream, 200, this.#options.service.info());
  }

  async #desired({ stream }: Request): Promise<void> {
    const update = parseDesiredUpdate(await readBody(stream, desiredUpdateBytesMax));
    if (typeof update === 'string') throw new Refusal(400, 'Invalid', update);
    const answer = await this.#options.service.update(update);
    if (answer.ok) respondJson(stream, 200, answer.accepted);
    else respondJson(stream, 409, answer.refused);
  }

  /** Written only as fast as it is read; what waits meanwhile is merged by the hub. */
  async #reports({ stream }: Request): Promise<void> {
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
    let wake: () => void = () => undefined;
    const reader = this.#options.hub.open(() => wake());
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    try {
      while (!stream.closed && !stream.destroyed) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const text = reader
          .take()
          .map((report) => `${JSON.stringify(report)}\n`)
          .join('');
        if (text === '') await Promise.race([woken, closed]);
        else if (!stream.write(text)) await drained(stream);
      }
    } finally {
      reader.close();
    }
  }

  async #logs({ stream, url }: Request): Promise<void> {
    const { service, logRoot, now } = this.#options;
    const query = parseLogQuery(url.searchParams);
    if (typeof query === 'string') throw new Refusal(400, 'Invalid', query);
    const pod = service.pod(query.uid);
    if (pod === undefined) throw new Refusal(404, 'NotFound', `no pod ${query.uid} on this host`);
    const path = await findLog(logRoot, pod, query);
    if (path === undefined)
      throw new Refusal(404, 'NotFound', missingLog(query.container, query.previous === true));
    const gone = new AbortController();
    stream.once('close', () => gone.abort());
    const isRunning = (): boolean => service.isRunning(query.uid, query.container);
    stream.respond({ ':status': 200, 'content-type': 'text/plain; charset=utf-8' });
    for await (const text of readLog(path, {
      logRoot,
      pod,
      query,
      nowMs: now(),
      isRunning,
      signal: gone.signal,
    })) {
      if (gone.signal.aborted) return;
      if (!stream.write(text)) await drained(stream);
    }
    stream.end();
  }

  async #images({ stream }: Request): Promise<void> {
    const images = await this.#options.service.images();
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
    stream.end(images.map((image) => `${JSON.stringify(image)}\n`).join(''));
  }

  async #importImage({ stream, url }: Request): Promise<void> {
    const digest = url.searchParams.get('digest') ?? '';
    respondJson(
      stream,
      200,
      await this.#options.service.importImage(stream as AsyncIterable<Uint8Array>, digest),
    );
  }
}

const imageStatus: Readonly<Record<ImageProblem['reason'], number>> = {
  InvalidDigest: 400,
  DigestMismatch: 422,
  ImportFailed: 422,
  NoSpace: 507,
};

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof SessionProblem) return new Refusal(error.status, error.reason, error.message);
  if (error instanceof JournalFull) return new Refusal(507, 'NoSpace', error.message);
  if (error instanceof ImageProblem)
    return new Refusal(imageStatus[error.reason], error.reason, error.message);
  return new Refusal(500, 'InternalError', error instanceof Error ? error.message : String(error));
}

function missingLog(container: string, previous: boolean): string {
  return previous
    ? `previous terminated container ${container} not found`
    : `container ${container} has no log yet`;
}

function respondJson(stream: ServerHttp2Stream, status: number, body: unknown): void {
  if (stream.closed || stream.destroyed) return;
  // An answer that has begun can only be broken off.
  if (stream.headersSent) return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
}

async function readBody(stream: ServerHttp2Stream, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new Refusal(413, 'TooLarge', `the body is larger than ${String(bytesMax)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
