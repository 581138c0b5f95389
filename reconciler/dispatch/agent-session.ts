/** The requests of schemas/wire/messages.ts to one agent. */
import type { Duplex, Readable } from 'node:stream';
import { type SessionAsk, sessionPath, sessionProtocolHeader } from '../../schemas/wire/exec.ts';
import {
  desiredUpdateBytesMax,
  type AgentInfo,
  type DesiredAccepted,
  type DesiredRefused,
  type DesiredUpdate,
  type ImageReport,
  type LogQuery,
  type Report,
} from '../../schemas/wire/messages.ts';
import { LinkError, type Clock, type HostSession } from '../core/ports.ts';
import {
  abortable,
  AgentHttp,
  parse,
  problem,
  readWhole,
  untilAborted,
  type Answer,
  type Ask,
} from './agent-http.ts';
import { deadline, type Deadline } from './deadline.ts';
import { lines } from './lines.ts';
import { updateText } from './update-text.ts';

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

/** A node's report names its images; a pod's its containers. */
const reportCharactersMax = 8 * 1024 * 1024;

export type DesiredAnswer =
  | { readonly ok: true; readonly accepted: DesiredAccepted }
  | { readonly ok: false; readonly refused: DesiredRefused };

export class AgentSession {
  readonly #http: AgentHttp;
  readonly #clock: Clock;

  /** Takes the socket over. */
  constructor(socket: Duplex, clock: Clock) {
    this.#http = new AgentHttp(socket);
    this.#clock = clock;
  }

  /** Aborts when the agent is gone, with a LinkError that says why. */
  get lost(): AbortSignal {
    return this.#http.lost;
  }

  async info(): Promise<AgentInfo> {
    const ask: Ask = { method: 'GET', path: '/v1/info' };
    return this.#limited(deadlinesMs.info, ask, this.lost, async (limit) =>
      parse<AgentInfo>(await this.#http.askWhole(ask, limit)),
    );
  }

  /** Throws LinkError `DesiredStateTooLarge` instead of sending what the agent would not read. */
  async putDesired(update: DesiredUpdate): Promise<DesiredAnswer> {
    const json = updateText(update);
    if (json.length > desiredUpdateBytesMax || Buffer.byteLength(json) > desiredUpdateBytesMax) {
      const message = `the desired state has ${json.length} characters; at most ${desiredUpdateBytesMax} bytes can be sent`;
      throw new LinkError('DesiredStateTooLarge', message);
    }
    const ask: Ask = { method: 'PUT', path: '/v1/desired', body: json };
    return this.#limited(deadlinesMs.desired, ask, this.lost, async (limit) => {
      const { status, body } = await this.#http.ask(ask, limit);
      const answer = await readWhole(body, limit.signal);
      if (status === 200) return { ok: true, accepted: parse<DesiredAccepted>(answer) };
      if (status === 409) return { ok: false, refused: parse<DesiredRefused>(answer) };
      throw problem(status, answer);
    });
  }

  /** Reports until the agent goes or `signal` aborts; both end it by an error. */
  async *reports(signal: AbortSignal): AsyncGenerator<Report, void, undefined> {
    const { body } = await this.#begin({ method: 'GET', path: '/v1/reports' }, signal);
    for await (const line of lines(abortable(body, signal), reportCharactersMax)) yield parse<Report>(line);
  }

  /** The log's bytes; aborting `signal` ends them. */
  async logs(query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const parameters = Object.entries(query).map(([name, value]) => [name, String(value)]);
    const path = `/v1/logs?${new URLSearchParams(parameters).toString()}`;
    const { body } = await this.#begin({ method: 'GET', path }, signal);
    return endedBy(body, signal);
  }

  /** Aborting `signal` ends the session, and its output quietly. */
  async session(
    ask: SessionAsk,
    input: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<HostSession> {
    const begun = await this.#begin({ method: 'POST', path: sessionPath(ask), body: input }, signal);
    const protocol = String(begun.headers[sessionProtocolHeader] ?? '');
    return { protocol, output: endedBy(begun.body, signal) };
  }

  async images(signal: AbortSignal): Promise<readonly ImageReport[]> {
    const ask: Ask = { method: 'GET', path: '/v1/images' };
    const answer = await this.#limited(deadlinesMs.images, ask, signal, (limit) =>
      this.#http.askWhole(ask, limit),
    );
    const found = answer.split('\n').filter((line) => line !== '');
    return found.map((line) => parse<ImageReport>(line));
  }

  /** Sends an archive as fast as the agent reads it. */
  async importImage(
    digest: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<readonly ImageReport[]> {
    const ask: Ask = { method: 'POST', path: `/v1/images?digest=${encodeURIComponent(digest)}` };
    return this.#limited(deadlinesMs.stall, ask, signal, async (limit) =>
      parse(await this.#http.askWhole({ ...ask, body: watched(archive, limit) }, limit)),
    );
  }

  close(): void {
    this.#http.close();
  }

  async #limited<Value>(
    deadlineMs: number,
    { method, path }: Ask,
    parent: AbortSignal,
    act: (limit: Deadline) => Promise<Value>,
  ): Promise<Value> {
    const limit = deadline(this.#clock, deadlineMs, `${method} ${path}`, parent);
    try {
      return await act(limit);
    } finally {
      limit.clear();
    }
  }

  /** An answer without end; only its beginning has a deadline. */
  async #begin(ask: Ask, signal: AbortSignal): Promise<Answer> {
    return this.#limited(deadlinesMs.stall, ask, signal, async (limit) => {
      const answer = await this.#http.ask(ask, limit);
      if (answer.status === 200) return answer;
      throw problem(answer.status, await readWhole(answer.body, limit.signal));
    });
  }
}

/** The bytes until `signal` aborts, which ends them also when nobody reads: nothing must stay open on the host. */
function endedBy(body: Readable, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const onAbort = (): void => void body.destroy();
  signal.addEventListener('abort', onAbort);
  body.once('close', () => signal.removeEventListener('abort', onAbort));
  return untilAborted(body, signal);
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
