/**
 * Links to hosts in another process: the wire's own messages as lines of JSON over one local pipe, through the outbox of
 * the real links. What SSH and HTTP/2 cost is not in it; what the messages cost to make and read is.
 */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  type HostEvents,
  type HostLink,
  type HostLinks,
  type HostTarget,
  LinkError,
} from '../reconciler/core/ports.ts';
import { type DesiredChange, DesiredOutbox } from '../reconciler/dispatch/desired-outbox.ts';
import { updateText } from '../reconciler/dispatch/update-text.ts';
import type { AgentInfo, DesiredAccepted, DesiredUpdate, Report } from '../schemas/wire/messages.ts';

export type ToHosts =
  | { readonly type: 'open'; readonly host: string; readonly address: string }
  | { readonly type: 'update'; readonly host: string; readonly update: DesiredUpdate };

export type FromHosts =
  | { readonly type: 'opened'; readonly host: string; readonly info: AgentInfo }
  | { readonly type: 'accepted'; readonly host: string; readonly accepted: DesiredAccepted }
  | { readonly type: 'report'; readonly host: string; readonly report: Report };

/** When hosts were last told something, by the clock of `performance`. */
export interface Told {
  readonly lastToldMs: () => number;
}

/** Links over the pipe to the process that holds all hosts. */
export function pipeLinks(socket: Socket, epoch: number): HostLinks & Told {
  const links = new Map<string, PipeLink>();
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as FromHosts;
    links.get(message.host)?.take(message);
  });
  const pipe = new Pipe(socket);
  return {
    open: (target, events) => {
      const link = new PipeLink(target, events, epoch, pipe);
      links.set(target.name, link);
      return link;
    },
    scan: async () => [],
    reset: async () => undefined,
    close: async () => undefined,
    lastToldMs: () => pipe.lastToldMs,
  };
}

/** One pipe for all hosts: who has something to send while it is full is asked again, as a connection's window does. */
class Pipe {
  lastToldMs = 0;
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => this.#resume());
  }

  open(host: string, address: string): void {
    this.#send(JSON.stringify({ type: 'open', host, address } satisfies ToHosts));
  }

  update(host: string, update: DesiredUpdate): void {
    this.#send(`{"type":"update","host":${JSON.stringify(host)},"update":${updateText(update)}}`);
  }

  #send(line: string): void {
    this.lastToldMs = performance.now();
    this.#socket.write(`${line}\n`);
  }

  /** Runs `flush` as soon as there is room. */
  whenRoom(flush: () => void): void {
    if (this.#socket.writableNeedDrain) this.#waiting.add(flush);
    else flush();
  }

  #resume(): void {
    for (const flush of this.#waiting) {
      if (this.#socket.writableNeedDrain) return;
      this.#waiting.delete(flush);
      flush();
    }
  }
}

class PipeLink implements HostLink {
  readonly #target: HostTarget;
  readonly #events: HostEvents;
  readonly #outbox: DesiredOutbox;
  readonly #pipe: Pipe;
  #isOpen = false;
  #scheduled = false;

  constructor(target: HostTarget, events: HostEvents, epoch: number, pipe: Pipe) {
    this.#target = target;
    this.#events = events;
    this.#outbox = new DesiredOutbox(epoch);
    this.#pipe = pipe;
    pipe.open(target.name, target.address);
  }

  take(message: FromHosts): void {
    const { name } = this.#target;
    if (message.type === 'report') return this.#events.report(name, message.report);
    if (message.type === 'opened') {
      this.#isOpen = true;
      this.#outbox.connected(message.info);
      this.#events.state(name, { phase: 'connected', info: message.info });
    } else this.#outbox.accepted(message.accepted);
    this.#pipe.whenRoom(this.#flush);
  }

  update(change: DesiredChange): void {
    this.#outbox.change(change);
    if (this.#scheduled || !this.#isOpen) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pipe.whenRoom(this.#flush);
    });
  }

  readonly #flush = (): void => {
    const update = this.#isOpen ? this.#outbox.next() : undefined;
    if (update !== undefined) this.#pipe.update(this.#target.name, update);
  };

  logs = (): Promise<never> => refused();
  session = (): Promise<never> => refused();
  images = (): Promise<never> => refused();
  importImage = (): Promise<never> => refused();

  async close(): Promise<void> {
    this.#isOpen = false;
  }
}

async function refused(): Promise<never> {
  throw new LinkError('NotSimulated', 'the hosts of a bench only run pods');
}
