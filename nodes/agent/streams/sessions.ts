/** Serves the sessions that a reconciler asks for: joins its HTTP/2 stream with the runtime's end. */
import type { ServerHttp2Stream } from 'node:http2';
import { parseSessionAsk, type SessionAsk, sessionProtocolHeader } from '../../../schemas/wire/exec.ts';
import type { AgentService, Logger, Runtime, RuntimeSession } from '../core/ports.ts';
import { SessionProblem } from '../core/problems.ts';
import { RuntimeProblem } from '../core/runtime-problem.ts';
import { relay } from './relay.ts';
import { dialled, type Upstream, upgraded } from './upstream.ts';

/** Each holds a connection and a process; half of the streams that one reconciler may have. */
const sessionsMax = 500;

interface SessionParts {
  readonly runtime: Pick<Runtime, 'session'>;
  readonly service: Pick<AgentService, 'pod' | 'runningContainer' | 'readySandbox'>;
  readonly logger: Logger;
}

export class Sessions {
  readonly #parts: SessionParts;
  #open = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Resolves when the session has begun; it lasts as long as both sides. Rejects with a SessionProblem. */
  async serve(stream: ServerHttp2Stream, json: string | null): Promise<void> {
    const ask = parseSessionAsk(json);
    if (typeof ask === 'string') throw new SessionProblem(400, 'Invalid', ask);
    if (this.#open >= sessionsMax)
      throw new SessionProblem(429, 'TooManySessions', `this host has ${sessionsMax} sessions already`);
    this.#open += 1;
    stream.once('close', () => (this.#open -= 1));
    const { socket, protocol, head } = await this.#upstream(ask);
    // Whoever asked may be gone by now.
    if (stream.destroyed) return void socket.destroy();
    this.#parts.logger.debug('session begins', { type: ask.type });
    stream.respond({ ':status': 200, [sessionProtocolHeader]: protocol });
    if (head.length > 0) stream.write(head);
    relay(stream, socket);
  }

  async #upstream(ask: SessionAsk): Promise<Upstream> {
    if (ask.type === 'dial') return dialled(ask.address, ask.port);
    try {
      const url = await this.#parts.runtime.session(this.#runtimeSession(ask));
      return await upgraded(url, ask.protocols);
    } catch (error) {
      if (!(error instanceof RuntimeProblem)) throw error;
      const status = error.reason === 'NotFound' ? 404 : 502;
      throw new SessionProblem(status, error.reason, error.message);
    }
  }

  #runtimeSession(ask: Exclude<SessionAsk, { type: 'dial' }>): RuntimeSession {
    const { service } = this.#parts;
    if (service.pod(ask.uid) === undefined) throw new SessionProblem(404, 'NotFound', 'pod does not exist');
    if (ask.type === 'portforward') {
      const sandboxId = service.readySandbox(ask.uid);
      if (sandboxId === undefined) throw new SessionProblem(404, 'NotFound', 'the pod has no sandbox');
      return { type: 'portforward', sandboxId };
    }
    const containerId = service.runningContainer(ask.uid, ask.container);
    if (containerId === undefined)
      throw new SessionProblem(404, 'NotFound', `container not found ("${ask.container}")`);
    return { ...ask, containerId };
  }
}
