/**
 * HostLinks without SSH, for simulations: the same outbox, backoff and rules of the wire, between a reconciler and
 * MemoryAgents in one process, on an injected clock. Hosts can be cut off, frozen and restarted.
 */
import type {
  Clock,
  HostEvents,
  HostKey,
  HostLink,
  HostLinks,
  HostSession,
  HostTarget,
  LinkState,
  Random,
} from '../../reconciler/core/ports.ts';
import { LinkError } from '../../reconciler/core/ports.ts';
import { anotherLeads, attemptEndOf, type AttemptEnd } from '../../reconciler/dispatch/attempt-end.ts';
import { retryDelayMs } from '../../reconciler/dispatch/backoff.ts';
import { DesiredOutbox, type DesiredChange } from '../../reconciler/dispatch/desired-outbox.ts';
import { sshKeepaliveCountMax, sshKeepaliveIntervalMs } from '../../schemas/wire/ssh.ts';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import type { DesiredUpdate, ImageReport, LogQuery, Report } from '../../schemas/wire/messages.ts';
import type { DesiredOutcome, MemoryAgent } from './memory-agent.ts';

export interface MemoryLinksPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly epoch: number;
  /** One way; 0 delivers in the next microtask. */
  readonly latencyMs: number;
  /** The agent on a host. */
  agent(host: string): MemoryAgent;
  /** Brings something one way between the reconciler and a host, in place of `latencyMs`. */
  wire?(host: string, direction: 'there' | 'back', arrive: () => void): void;
  /** Takes the agent off a host; without it that is not simulated. */
  reset?(host: string): Promise<void>;
}

export interface MemoryLinks extends HostLinks {
  /** Breaks the host's connection and refuses new ones. */
  cut(host: string): void;
  /** Lets nothing through; the link finds out by its keepalive. */
  freeze(host: string): void;
  restore(host: string): void;
  /** The agent's process ends and starts again. */
  restartAgent(host: string): void;
}

type Reach = 'open' | 'cut' | 'frozen';

const keepaliveMs = sshKeepaliveIntervalMs * (sshKeepaliveCountMax + 1);
const unreachable = { reason: 'Unreachable', message: 'connection refused' } as const;
const silent = { reason: 'ConnectionLost', message: 'Keepalive timeout' } as const;

export function createMemoryLinks(ports: MemoryLinksPorts): MemoryLinks {
  const reach = new Map<string, Reach>();
  const links = new Map<string, MemoryLink>();
  let closed = false;
  return {
    open(target, events) {
      if (closed) throw new LinkError('Closed', 'the links are closed');
      if (links.get(target.name)?.closed === false)
        throw new LinkError('AlreadyOpen', `host ${target.name} has a link already`);
      const link = new MemoryLink(ports, target, events, () => reach.get(target.name) ?? 'open');
      links.set(target.name, link);
      return link;
    },
    async reset(target): Promise<void> {
      if (ports.reset === undefined)
        throw new LinkError('NotSimulated', 'hosts without SSH have no agent to take off');
      if ((reach.get(target.name) ?? 'open') !== 'open')
        throw new LinkError(unreachable.reason, unreachable.message);
      await ports.reset(target.name);
    },
    async scan(address: string): Promise<readonly HostKey[]> {
      return [{ type: 'ssh-ed25519', fingerprint: `SHA256:${address}` }];
    },
    async close() {
      closed = true;
      for (const link of links.values()) await link.close();
    },
    cut(host) {
      reach.set(host, 'cut');
      links.get(host)?.lose(unreachable);
    },
    freeze(host) {
      reach.set(host, 'frozen');
      const link = links.get(host);
      ports.clock.after(keepaliveMs, () => {
        if (reach.get(host) === 'frozen') link?.lose(silent);
      });
    },
    restore(host) {
      const before = reach.get(host);
      reach.set(host, 'open');
      if (before === 'frozen') links.get(host)?.thaw();
    },
    restartAgent(host) {
      ports.agent(host).restart();
      links.get(host)?.lose({ reason: 'AgentLost', message: 'the agent closed the connection' });
    },
  };
}

/** One connection; news of an ended one is dropped. */
interface Connection {
  end: () => void;
  /** What arrived while nothing was let through. */
  readonly stuck: (() => void)[];
}

class MemoryLink implements HostLink {
  readonly #ports: MemoryLinksPorts;
  readonly #target: HostTarget;
  readonly #events: HostEvents;
  readonly #reach: () => Reach;
  readonly #outbox: DesiredOutbox;
  #connection: Connection | undefined;
  #attempt = 0;
  #cancelRetry = (): void => undefined;
  #flushing = false;
  closed = false;

  constructor(ports: MemoryLinksPorts, target: HostTarget, events: HostEvents, reach: () => Reach) {
    this.#ports = ports;
    this.#target = target;
    this.#events = events;
    this.#reach = reach;
    this.#outbox = new DesiredOutbox(ports.epoch);
    queueMicrotask(() => this.#connect());
  }

  get #agent(): MemoryAgent {
    return this.#ports.agent(this.#target.name);
  }

  update(change: DesiredChange): void {
    this.#outbox.change(change);
    if (this.#flushing || this.#connection === undefined) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  async logs({ uid, container }: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    this.#connected();
    const log = this.#agent.logs.get(`${uid}/${container}`);
    if (log === undefined) throw new LinkError('ContainerNotFound', `${uid}/${container} has no log`);
    return untilAborted(log instanceof Uint8Array ? oneChunk(log) : log, signal);
  }

  async session(
    ask: SessionAsk,
    input: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<HostSession> {
    this.#connected();
    const { session } = this.#agent;
    if (session === undefined) throw new LinkError('NotFound', 'pod does not exist');
    return { protocol: '', output: untilAborted(session(ask, input), signal) };
  }

  async images(_signal: AbortSignal): Promise<readonly ImageReport[]> {
    this.#connected();
    return [...this.#agent.images];
  }

  async importImage(digest: string, archive: AsyncIterable<Uint8Array>): Promise<readonly ImageReport[]> {
    this.#connected();
    const outcome = await this.#agent.importImage(digest, archive);
    if (outcome.ok) return outcome.images;
    throw new LinkError(outcome.problem.reason, outcome.problem.message);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#cancelRetry();
    this.#disconnect();
  }

  /** The connection broke. */
  lose(why: { readonly reason: string; readonly message: string }): void {
    if (this.#connection === undefined) return;
    this.#disconnect();
    this.#after(attemptEndOf(why));
  }

  /** Packets flow again before the keepalive gave up: what was under way arrives. */
  thaw(): void {
    const stuck = this.#connection?.stuck.splice(0) ?? [];
    for (const deliver of stuck) deliver();
  }

  #connected(): void {
    if (this.#connection === undefined)
      throw new LinkError('NotConnected', `host ${this.#target.name} is not connected`);
  }

  #tell(state: LinkState): void {
    if (!this.closed) this.#events.state(this.#target.name, state);
  }

  #connect(): void {
    if (this.closed) return;
    this.#attempt += 1;
    this.#tell({ phase: 'connecting', attempt: this.#attempt });
    const { clock, latencyMs, epoch } = this.#ports;
    const waitMs = this.#reach() === 'frozen' ? keepaliveMs : 2 * latencyMs;
    this.#cancelRetry = clock.after(waitMs, () => {
      if (this.closed) return;
      if (this.#reach() !== 'open') return this.#after(attemptEndOf(unreachable));
      const { info } = this.#agent;
      if (info.epoch > epoch) return this.#after(attemptEndOf(anotherLeads(info.epoch, epoch)));
      this.#attempt = 0;
      const connection: Connection = { stuck: [], end: () => undefined };
      this.#connection = connection;
      this.#outbox.connected(info);
      this.#tell({ phase: 'connected', info });
      connection.end = this.#agent.subscribe((report) => this.#deliver('back', () => this.#report(report)));
      this.#flush();
    });
  }

  #disconnect(): void {
    this.#connection?.end();
    this.#connection = undefined;
  }

  #after({ reason, message, verdict }: AttemptEnd): void {
    if (verdict === 'refuse') return this.#tell({ phase: 'refused', reason, message });
    const { clock, random } = this.#ports;
    const delayMs = retryDelayMs(verdict, Math.max(1, this.#attempt), random.next());
    this.#tell({ phase: 'unreachable', reason, message, retryAtMs: clock.now() + delayMs });
    this.#cancelRetry = clock.after(delayMs, () => this.#connect());
  }

  /** Brings something over the wire, one way, as long as this connection lives. */
  #deliver(direction: 'there' | 'back', run: () => void): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const arrive = (): void => {
      if (connection !== this.#connection) return;
      if (this.#reach() === 'frozen') connection.stuck.push(arrive);
      else run();
    };
    if (this.#ports.wire !== undefined) this.#ports.wire(this.#target.name, direction, arrive);
    else if (this.#ports.latencyMs === 0) queueMicrotask(arrive);
    else this.#ports.clock.after(this.#ports.latencyMs, arrive);
  }

  #report(report: Report): void {
    if (!this.closed) this.#events.report(this.#target.name, report);
  }

  #flush(): void {
    const update = this.#connection === undefined ? undefined : this.#outbox.next();
    if (update === undefined) return;
    this.#deliver('there', () => {
      const connection = this.#connection;
      const outcome = this.#agent.put(update);
      void this.#agent.mayAnswer().then(() => {
        if (connection === this.#connection) this.#deliver('back', () => this.#answered(update, outcome));
      });
    });
  }

  #answered(update: DesiredUpdate, outcome: DesiredOutcome): void {
    if (outcome.ok) this.#outbox.accepted(outcome.accepted);
    else {
      const { refused } = outcome;
      const verdict = this.#outbox.refused(refused);
      if (verdict !== 'send-whole-state') {
        this.#disconnect();
        const why = verdict === 'another-leads' ? anotherLeads(refused.epoch, update.epoch) : refused;
        return this.#after(attemptEndOf(why));
      }
    }
    this.#flush();
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function* untilAborted(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const source = bytes[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const next = await Promise.race([source.next(), aborted]);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}
