/** The command line's view of the API: HTTP over the reconciler's unix socket. */
import { request, type IncomingMessage } from 'node:http';
import { drained } from '../schemas/wire/drained.ts';

/** The API refused; `code` is the HTTP code, the message the Status' own. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** Nobody answers on the socket. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning';
}

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<T>;
  /** Streams `body` up and returns the answer. */
  upload<T>(path: string, body: AsyncIterable<Uint8Array>): Promise<T>;
  /** The answer's bytes as they come. */
  stream(path: string, signal?: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

export function apiClient(socketPath: string): ApiClient {
  const call = (
    method: string,
    path: string,
    headers: Record<string, string>,
    body: AsyncIterable<Uint8Array> | Buffer | undefined,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath,
          method,
          path,
          headers: { 'user-agent': 'berth', ...headers },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const absent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
        reject(
          absent
            ? new NotRunning(
                `no reconciler answers on ${socketPath}; start one with 'berth up', or name its socket with --socket`,
              )
            : error,
        );
      });
      send(outgoing, body).catch(reject);
    });
  const json = async <T>(answer: Promise<IncomingMessage>): Promise<T> =>
    JSON.parse((await collect(await checked(await answer))).toString()) as T;
  return {
    get: (path) => json(call('GET', path, {}, undefined)),
    send: (method, path, body, contentType = 'application/json') =>
      json(
        call(
          method,
          path,
          { 'content-type': contentType },
          body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        ),
      ),
    upload: (path, body) => json(call('POST', path, { 'content-type': 'application/x-tar' }, body)),
    stream: async (path, signal) => checked(await call('GET', path, {}, undefined, signal)),
  };
}

async function send(
  outgoing: ReturnType<typeof request>,
  body: AsyncIterable<Uint8Array> | Buffer | undefined,
): Promise<void> {
  if (body === undefined || Buffer.isBuffer(body)) {
    outgoing.end(body);
    return;
  }
  for await (const chunk of body) {
    if (!outgoing.write(chunk)) await drained(outgoing);
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}

async function checked(answer: IncomingMessage): Promise<IncomingMessage> {
  const code = answer.statusCode ?? 0;
  if (code < 400) return answer;
  const text = (await collect(answer)).toString();
  let status: { reason?: string; message?: string };
  try {
    status = JSON.parse(text) as typeof status;
  } catch {
    status = { message: text };
  }
  throw new ApiProblem(code, status.reason ?? 'Unknown', status.message ?? `the API answered ${code}`);
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
