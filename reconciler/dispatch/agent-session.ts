/** The requests of schemas/wire/messages.ts to one agent: HTTP/2 over a byte stream. */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { PassThrough, pipeline, Readable, type Duplex } from 'node:stream';
import type {
  AgentInfo,
  DesiredAccepted,
  DesiredRefused,
  DesiredUpdate,
  ImageReport,
  LogQuery,
  ProblemMessage,
  Report,
} from '../../schemas/wire/messages.ts';
import { desiredUpdateBytesMax } from '../../schemas/wire/messages.ts';
import { LinkError, type Clock } from '../core/ports.ts';
import { deadline, type Deadline } from './deadline.ts';
import { lines } from './lines.ts';

const deadlinesMs = {
  /** The agent answers from memory. */
  info: 5_000,
  /** Up to 64 MiB over a slow line, and a sync of the host's disk. */
  desired: 60_000,
  /** A runtime lists its images. */
  images: 30_000,
  /** The time in which a body has to move or an answer to begin. */
  stall: 30_000,
  /** Unpacking an image of some gigabytes on a slow disk. */
  importAnswer: 600_000,
} as const;

/** An answer that is read as a whole; the largest is a list of some thousand images. */
const answerBytesMax = 16 * 1024 * 1024;

/** A node's report names its images; a pod's its containers. */
const reportCharactersMax = 8 * 1024 * 1024;

/** Bytes that one stream and all together may have under way: 4 MiB fill 300 Mbit/s at 100 ms. */
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 4 * 1024 * 1024;

/** A whole desired state may wait in the session while it is sent. */
const sessionMemoryMebibytesMax = 2 * (desiredUpdateBytesMax / 1024 / 1024);

export type DesiredAnswer =
  | { readonly ok: true; readonly accepted: DesiredAccepted }
  | { readonly ok: false; readonly refused: DesiredRefused };

interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: string | AsyncIterable<Uint8Array>;
}

export class AgentSession {
  readonly #http: ClientHttp2Session;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #lost = new AbortController();

  /** Takes the socket over. */
  constructor(socket: Duplex, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#http = connect('http://berth-agent', {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      maxSessionMemory: sessionMemoryMebibytesMax,
    });
    let why = 'the agent closed the connection';
    this.#http.once('connect', () => this.#http.setLocalWindowSize(sessionWindowBytes));
    this.#http.on('error', (error: Error) => (why = error.message));
    const onLost = (): void => this.#lost.abort(new LinkError('AgentLost', why));
    this.#http.once('close', onLost);
    this.#http.once('goaway', onLost);
    socket.once('close', () => this.#http.destroy());
  }

  /** Aborts when the agent is gone, with a LinkError that says why. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async info(): Promise<AgentInfo> {
    return this.#json<AgentInfo>({ method: 'GET', path: '/v1/info' }, deadlinesMs.info);
  }

  /** Throws LinkError `DesiredStateTooLarge` instead of sending what the agent would not read. */
  async putDesired(update: DesiredUpdate): Promise<DesiredAnswer> {
    const json = JSON.stringify(update);
    if (json.length > desiredUpdateBytesMax || Buffer.byteLength(json) > desiredUpdateBytesMax) {
      throw new LinkError(
        'DesiredStateTooLarge',
        `the desired state has ${json.length} characters; at most ${desiredUpdateBytesMax} bytes can be sent`,
      );
    }
    const limit = deadline(this.#clock, deadlinesMs.desired, 'PUT /v1/desired', this.lost);
    try {
      const { status, body } = await this.#ask({ method: 'PUT', path: '/v1/desired', body: json }, limit);
      const answer = await readWhole(body, limit.signal);
      if (status === 200) return { ok: true, accepted: parse<DesiredAccepted>(answer) };
      if (status === 409) return { ok: false, refused: parse<DesiredRefused>(answer) };
      throw problem(status, answer);
    } finally {
      limit.clear();
    }
  }

  /** Reports until the agent goes or `signal` aborts; both end it by an error. */
  async *reports(signal: AbortSignal): AsyncGenerator<Report, void, undefined> {
    const body = await this.#stream({ method: 'GET', path: '/v1/reports' }, signal);
    for await (const line of lines(abortable(body, signal), reportCharactersMax)) yield parse<Report>(line);
  }

  /** The log's bytes; aborting `signal` ends them. */
  async logs(query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const parameters = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    const body = await this.#stream({ method: 'GET', path: `/v1/logs?${parameters.toString()}` }, signal);
    // Also when nobody reads: an abandoned stream must not stay open on the host.
    const onAbort = (): void => void body.destroy();
    signal.addEventListener('abort', onAbort);
    body.once('close', () => signal.removeEventListener('abort', onAbort));
    return untilAborted(body, signal);
  }

  async images(signal: AbortSignal): Promise<readonly ImageReport[]> {
    const limit = deadline(this.#clock, deadlinesMs.images, 'GET /v1/images', signal);
    try {
      const { status, body } = await this.#ask({ method: 'GET', path: '/v1/images' }, limit);
      const answer = await readWhole(body, limit.signal);
      if (status !== 200) throw problem(status, answer);
      return answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => parse<ImageReport>(line));
    } finally {
      limit.clear();
    }
  }

  /** Sends an archive as fast as the agent reads it. */
  async importImage(
    digest: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<readonly ImageReport[]> {
    const limit = deadline(this.#clock, deadlinesMs.stall, 'POST /v1/images', signal);
    try {
      const upload = watched(archive, limit);
      const { status, body } = await this.#ask(
        { method: 'POST', path: `/v1/images?digest=${encodeURIComponent(digest)}`, body: upload },
        limit,
      );
      const answer = await readWhole(body, limit.signal);
      if (status !== 200) throw problem(status, answer);
      return parse<readonly ImageReport[]>(answer);
    } finally {
      limit.clear();
    }
  }

  close(): void {
    this.#http.destroy();
    this.#socket.destroy();
  }

  async #json<Value>(ask: Ask, deadlineMs: number): Promise<Value> {
    const limit = deadline(this.#clock, deadlineMs, `${ask.method} ${ask.path}`, this.lost);
    try {
      const { status, body } = await this.#ask(ask, limit);
      const answer = await readWhole(body, limit.signal);
      if (status !== 200) throw problem(status, answer);
      return parse<Value>(answer);
    } finally {
      limit.clear();
    }
  }

  /** An answer without end; only its beginning has a deadline. */
  async #stream(ask: Ask, signal: AbortSignal): Promise<Readable> {
    const limit = deadline(this.#clock, deadlinesMs.stall, `${ask.method} ${ask.path}`, signal);
    try {
      const { status, body } = await this.#ask(ask, limit);
      if (status === 200) return body;
      throw problem(status, await readWhole(body, limit.signal));
    } finally {
      limit.clear();
    }
  }

  #request(ask: Ask): ClientHttp2Stream {
    try {
      return this.#http.request({
        [constants.HTTP2_HEADER_METHOD]: ask.method,
        [constants.HTTP2_HEADER_PATH]: ask.path,
      });
    } catch (error) {
      // The session is on its way down and has not said so yet.
      throw new LinkError('AgentLost', error instanceof Error ? error.message : String(error));
    }
  }

  /** Sends a request and waits for the answer's head. */
  async #ask(ask: Ask, limit: Deadline): Promise<Answer> {
    const { signal } = limit;
    if (this.lost.aborted) throw this.lost.reason as Error;
    signal.throwIfAborted();
    const stream = this.#request(ask);
    // An HTTP/2 stream that is complete before it is read looks broken to an async iterator: it is read at once.
    const body = new PassThrough();
    body.on('error', () => undefined); // Told to whoever reads it.
    body.once('close', () => stream.close(constants.NGHTTP2_CANCEL));
    pipeline(stream, body, () => undefined); // Its errors end `body`, and are told below.
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        signal.removeEventListener('abort', onAbort);
        reject(this.lost.aborted ? (this.lost.reason as Error) : error);
        body.destroy();
      };
      const onAbort = (): void => fail(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
      let status: number | undefined;
      stream.once('response', (headers) => {
        signal.removeEventListener('abort', onAbort);
        status = headers[':status'] ?? 0;
        resolve({ status, body });
      });
      stream.on('error', (error: Error) => {
        if (status === undefined)
          fail(error instanceof LinkError ? error : new LinkError('AgentLost', error.message));
      });
      stream.once('close', () => {
        const message = `${ask.path}: the agent ended the request without an answer`;
        if (status === undefined) fail(new LinkError('AgentLost', message));
      });
      if (ask.body === undefined || typeof ask.body === 'string') stream.end(ask.body);
      // An agent that answers early (a refusal) ends the stream; then the answer counts, not the broken upload.
      else pipeline(Readable.from(ask.body, { objectMode: false }), stream, () => undefined);
    });
  }
}

interface Answer {
  readonly status: number;
  /** Has to be read to its end or destroyed. */
  readonly body: Readable;
}

/** The archive, while the deadline moves with every chunk that was taken. */
async function* watched(
  archive: AsyncIterable<Uint8Array>,
  limit: Deadline,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of archive) {
      yield chunk;
      limit.extend(deadlinesMs.stall);
    }
  } catch (error) {
    throw new LinkError('ArchiveUnreadable', error instanceof Error ? error.message : String(error));
  }
  limit.extend(deadlinesMs.importAnswer);
}

/** The bytes of a stream; when `signal` aborts, its reason is thrown and the agent stops sending. */
async function* abortable(body: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const onAbort = (): void => void body.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    yield* body as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/** As `abortable`, but an abort ends the bytes quietly. */
async function* untilAborted(
  body: Readable,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* abortable(body, signal);
  } catch (error) {
    if (!signal.aborted)
      throw new LinkError('AgentLost', error instanceof Error ? error.message : String(error));
  }
}

async function readWhole(body: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of abortable(body, signal)) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax)
      throw new LinkError('AnswerTooLarge', `the agent's answer is larger than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What the agent says is of the same build as this program, so that a shape is not checked again here. */
function parse<Value>(json: string): Value {
  try {
    return JSON.parse(json) as Value;
  } catch {
    throw new LinkError('ProtocolError', `the agent sent what is not JSON: ${json.slice(0, 200)}`);
  }
}

function problem(status: number, body: string): LinkError {
  try {
    const { reason, message } = JSON.parse(body) as Partial<ProblemMessage>;
    if (reason !== undefined && message !== undefined) return new LinkError(reason, message);
  } catch {
    // Not a ProblemMessage: told below as it came.
  }
  return new LinkError('ProtocolError', `the agent answered with ${status}: ${body.slice(0, 200)}`);
}
