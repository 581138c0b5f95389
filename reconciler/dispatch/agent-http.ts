/** HTTP/2 to an agent over a byte stream: requests with deadlines, answers with bounds, errors as LinkErrors. */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import { desiredUpdateBytesMax, type ProblemMessage } from '../../schemas/wire/messages.ts';
import { LinkError } from '../core/ports.ts';
import type { Deadline } from './deadline.ts';
import { drained } from '../../schemas/wire/drained.ts';

/** Bytes that one stream and all together may have under way: 4 MiB fill 300 Mbit/s at 100 ms. */
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 4 * 1024 * 1024;

/** A whole desired state may wait in the session while it is sent. */
const sessionMemoryMebibytesMax = 2 * (desiredUpdateBytesMax / 1024 / 1024);

/** An answer that is read as a whole; the largest is a list of some thousand images. */
const answerBytesMax = 16 * 1024 * 1024;

export interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: string | AsyncIterable<Uint8Array>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Has to be read to its end or destroyed. */
  readonly body: Readable;
}

export class AgentHttp {
  readonly #http: ClientHttp2Session;
  readonly #socket: Duplex;
  readonly #lost = new AbortController();

  /** Takes the socket over. */
  constructor(socket: Duplex) {
    this.#socket = socket;
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

  /** Sends a request and waits for the answer's head. */
  async ask(ask: Ask, limit: Deadline): Promise<Answer> {
    const { signal } = limit;
    this.lost.throwIfAborted();
    signal.throwIfAborted();
    const stream = this.#request(ask);
    const body = answerBody(stream);
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
        resolve({ status, headers, body });
      });
      stream.on('error', (error: Error) => {
        if (status === undefined) fail(asLinkError(error));
      });
      stream.once('close', () => {
        const message = `${ask.path}: the agent ended the request without an answer`;
        if (status === undefined) fail(new LinkError('AgentLost', message));
      });
      if (ask.body === undefined || typeof ask.body === 'string') stream.end(ask.body);
      else void upload(ask.body, stream);
    });
  }

  /** Sends a request and reads the whole answer; what has not the status 200 is thrown as the agent's problem. */
  async askWhole(ask: Ask, limit: Deadline): Promise<string> {
    const { status, body } = await this.ask(ask, limit);
    const answer = await readWhole(body, limit.signal);
    if (status !== 200) throw problem(status, answer);
    return answer;
  }

  close(): void {
    this.#http.destroy();
    this.#socket.destroy();
  }

  #request(ask: Ask): ClientHttp2Stream {
    try {
      return this.#http.request({
        [constants.HTTP2_HEADER_METHOD]: ask.method,
        [constants.HTTP2_HEADER_PATH]: ask.path,
      });
    } catch (error) {
      // The session is on its way down and has not said so yet.
      throw asLinkError(error);
    }
  }
}

/**
 * What the agent sends. An HTTP/2 stream that is complete before it is read looks broken to an async iterator: it is
 * read at once. Both directions are copied by hand, as `pipeline` would destroy the stream with the first that ends.
 */
function answerBody(stream: ClientHttp2Stream): PassThrough {
  const body = new PassThrough();
  body.on('error', () => undefined); // Told to whoever reads it.
  body.once('close', () => stream.close(constants.NGHTTP2_CANCEL));
  body.on('drain', () => stream.resume());
  stream.on('data', (chunk: Buffer) => {
    if (!body.write(chunk)) stream.pause();
  });
  stream.once('end', () => body.end());
  stream.once('error', (error) => body.destroy(error));
  stream.once('close', () => {
    if (!body.writableEnded) body.destroy(new LinkError('AgentLost', 'the agent broke its answer off'));
  });
  return body;
}

/** An agent that answers early (a refusal) ends the stream; then the answer counts, not the broken upload. */
async function upload(body: AsyncIterable<Uint8Array>, stream: ClientHttp2Stream): Promise<void> {
  const source = body[Symbol.asyncIterator]();
  // A source that waits for its next chunk is told so too, as far as it can hear.
  stream.once('close', () => void Promise.resolve(source.return?.()).catch(() => undefined));
  try {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      if (stream.closed || stream.destroyed) return;
      if (!stream.write(next.value)) await drained(stream);
    }
    stream.end();
  } catch (error) {
    stream.destroy(error as Error);
  }
}

/** The bytes of an answer. When `signal` aborts, its reason is thrown and the agent stops sending. */
export async function* abortable(
  body: Readable,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const onAbort = (): void => void body.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw asLinkError(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/** As `abortable`, but an abort ends the bytes quietly. */
export async function* untilAborted(
  body: Readable,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* abortable(body, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

export async function readWhole(body: Readable, signal: AbortSignal): Promise<string> {
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
export function parse<Value>(json: string): Value {
  try {
    return JSON.parse(json) as Value;
  } catch {
    throw new LinkError('ProtocolError', `the agent sent what is not JSON: ${json.slice(0, 200)}`);
  }
}

export function problem(status: number, body: string): LinkError {
  const { reason, message } = parse<Partial<ProblemMessage>>(body);
  if (reason !== undefined && message !== undefined) return new LinkError(reason, message);
  return new LinkError('ProtocolError', `the agent answered with ${status}: ${body.slice(0, 200)}`);
}

function asLinkError(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  return new LinkError('AgentLost', error instanceof Error ? error.message : String(error));
}
