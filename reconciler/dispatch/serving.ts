/** A connected host: updates go out, reports come in, until one of the two ways ends. */
import { nodeReportIntervalMs, type DesiredUpdate } from '../../schemas/wire/messages.ts';
import { LinkError, type Clock, type HostEvents, type Logger } from '../core/ports.ts';
import type { AgentSession } from './agent-session.ts';
import { anotherLeads } from './attempt-end.ts';
import type { DesiredOutbox } from './desired-outbox.ts';

/** An agent reports every 10 s; one that misses three is stuck. */
const silenceMs = 3 * nodeReportIntervalMs;

export interface ServingParts {
  readonly host: string;
  readonly session: AgentSession;
  readonly outbox: DesiredOutbox;
  readonly report: (report: Parameters<HostEvents['report']>[1]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Serving {
  readonly session: AgentSession;
  readonly #parts: ServingParts;
  readonly #ending = new AbortController();
  #flushing = false;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.session = parts.session;
  }

  /** Changes made in one go leave in one update; a microtask later is still at once. */
  flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#send();
    });
  }

  /** Passes reports on until the end, which is always told as a LinkError. */
  async untilLost(connection: AbortSignal): Promise<LinkError> {
    const { session } = this;
    const stop = AbortSignal.any([this.#ending.signal, connection, session.lost]);
    try {
      await this.#receive(stop);
      return new LinkError('AgentLost', 'the agent ended its reports');
    } catch (error) {
      const why: unknown = stop.aborted ? stop.reason : error;
      if (why instanceof LinkError) return why;
      throw why;
    } finally {
      this.#end(new LinkError('AgentLost', 'the connection is over'));
      session.close();
    }
  }

  #end(why: LinkError): void {
    this.#ending.abort(why);
  }

  async #receive(stop: AbortSignal): Promise<void> {
    const { clock, report } = this.#parts;
    const message = `the agent has reported nothing for ${silenceMs / 1000} s`;
    const silent = (): void => this.#end(new LinkError('AgentSilent', message));
    let cancel = clock.after(silenceMs, silent);
    try {
      for await (const each of this.session.reports(stop)) {
        cancel();
        cancel = clock.after(silenceMs, silent);
        report(each);
      }
    } finally {
      cancel();
    }
  }

  #send(): void {
    if (this.#ending.signal.aborted) return;
    const update = this.#parts.outbox.next();
    if (update === undefined) return;
    this.#put(update).catch((error: unknown) =>
      this.#end(error instanceof LinkError ? error : new LinkError('InternalError', String(error))),
    );
  }

  async #put(update: DesiredUpdate): Promise<void> {
    const { outbox, logger, host } = this.#parts;
    const answer = await this.session.putDesired(update);
    if (this.#ending.signal.aborted) return;
    if (answer.ok) outbox.accepted(answer.accepted);
    else {
      const { refused } = answer;
      logger.warn('desired state refused', { host, ...refused });
      const verdict = outbox.refused(refused);
      if (verdict === 'another-leads') throw anotherLeads(refused.epoch, update.epoch);
      if (verdict === 'give-up') throw new LinkError(refused.reason, refused.message);
    }
    this.#send();
  }
}
