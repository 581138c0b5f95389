/** A client for measuring: HTTP/2 over TLS with the administrator's token, as client libraries talk to the API. */
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { join } from 'node:path';

export interface ApiAnswer {
  readonly code: number;
  readonly body: Buffer;
}

/** What Go's client, which is kubectl's, lets a server send before it answers. */
const streamWindowBytes = 4 * 1024 * 1024;
const connectionWindowBytes = 1024 * 1024 * 1024;

export class ApiClient {
  readonly #session: ClientHttp2Session;
  readonly #token: string;

  /** `url` as `berth up` prints it; the token is read from the state folder. */
  constructor(url: string, stateDirectory: string) {
    this.#token = readFileSync(join(stateDirectory, 'admin.token'), 'utf8').trim();
    this.#session = connect(url, {
      rejectUnauthorized: false,
      settings: { initialWindowSize: streamWindowBytes },
    });
    this.#session.once('connect', () => this.#session.setLocalWindowSize(connectionWindowBytes));
    this.#session.setMaxListeners(0);
  }

  /** One request, its answer read to the end. */
  async call(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const stream = this.#open(method, path, headers, body === undefined);
    if (body !== undefined) stream.end(body);
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let code = 0;
      stream.on('response', (answer) => {
        code = Number(answer[constants.HTTP2_HEADER_STATUS] ?? 0);
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve({ code, body: Buffer.concat(chunks) }));
      stream.on('error', reject);
    });
  }

  /** A watch: `line` gets each event's text. Resolves when the server has begun to answer. */
  async watch(path: string, line: (text: string) => void): Promise<void> {
    const stream = this.#open('GET', path, {}, true);
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) line(text);
    });
    stream.on('error', () => undefined);
    await new Promise<void>((resolve) => stream.once('response', () => resolve()));
  }

  close(): void {
    this.#session.destroy();
  }

  #open(method: string, path: string, headers: Record<string, string>, end: boolean): ClientHttp2Stream {
    const common = {
      authorization: `Bearer ${this.#token}`,
      'user-agent': 'berth-bench/1',
      accept: 'application/json',
    };
    const all = {
      ':method': method,
      ':path': path,
      'content-type': 'application/json',
      ...common,
      ...headers,
    };
    return this.#session.request(all, { endStream: end });
  }
}

/** Runs `count` jobs, `width` at a time; gives how long each took, in milliseconds. */
export async function timed(
  count: number,
  width: number,
  job: (index: number) => Promise<void>,
): Promise<readonly number[]> {
  const durations: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const start = performance.now();
      await job(index);
      durations.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return durations;
}
