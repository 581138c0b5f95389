/**
 * The link to one host. It runs attempts until it is closed or refused; each attempt is one SSH connection:
 *
 *   connecting -> (bootstrapping ->) connected -> unreachable -> connecting -> …
 *        └-> refused: only a change of the Host, which opens a new link, can help
 */
import type {
  AgentBuild,
  BootstrapFailure,
  BootstrapProgress,
  BootstrapResult,
  InstallJob,
  ResetJob,
} from '../../schemas/wire/bootstrap.ts';
import {
  hostPaths,
  wireProtocol,
  type AgentInfo,
  type ImageReport,
  type LogQuery,
  type Report,
} from '../../schemas/wire/messages.ts';
import {
  LinkError,
  type Clock,
  type HostEvents,
  type HostLink,
  type HostSession,
  type HostTarget,
  type LinkState,
  type Logger,
  type Random,
} from '../core/ports.ts';
import { AgentSession } from './agent-session.ts';
import { anotherLeads, attemptEndOf, type AttemptEnd } from './attempt-end.ts';
import { retryDelayMs } from './backoff.ts';
import { pause, unlessAborted } from './deadline.ts';
import { DesiredOutbox, type DesiredChange } from './desired-outbox.ts';
import { Serving } from './serving.ts';
import { connectSsh, type SshConnection } from './ssh-connection.ts';

export interface LinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The leader's; sent with every desired state. */
  readonly epoch: number;
  /** The agent's socket on every host; `hostPaths.socket` unless given. */
  readonly agentSocketPath?: string;
  /** Builds of the agent that hosts are to run, one per architecture; rejects when there are none. */
  agentBuilds(): Promise<readonly AgentBuild[]>;
  /** Runs the bootstrap. Its own failures come as results; rejects when `signal` aborts. */
  bootstrap(
    job: InstallJob | ResetJob,
    onProgress: (progress: BootstrapProgress) => void,
    signal: AbortSignal,
  ): Promise<BootstrapResult>;
}

/** A connection that held this long was a good one: the next failure is the first again. */
const steadyMs = 10_000;

/** A build that did not start on this host is not tried again for so long, while the former agent serves. */
const failedBuildPauseMs = 600_000;

/** An agent that was there before and is gone gets so many attempts to be started again by its keeper. */
const restartAttemptsMax = 4;

interface Reached {
  readonly session: AgentSession;
  readonly info: AgentInfo;
}

export class Link implements HostLink {
  readonly #ports: LinkPorts;
  readonly #target: HostTarget;
  readonly #events: HostEvents;
  readonly #socketPath: string;
  readonly #outbox: DesiredOutbox;
  readonly #closing = new AbortController();
  /** Resolves when nothing of the link is left. */
  readonly ended: Promise<void>;
  #serving: Serving | undefined;
  /** Attempts for which a missing agent is waited for rather than bootstrapped. */
  #patience = 0;
  /** Builds that did not start on this host, and when: where the former agent still answers, it is served. */
  #failed: { readonly digests: readonly string[]; readonly atMs: number } | undefined;

  /** Begins at once, or after `former`, the end of another link to the same host. */
  constructor(ports: LinkPorts, target: HostTarget, events: HostEvents, former?: Promise<void>) {
    this.#ports = ports;
    this.#target = target;
    this.#events = events;
    this.#socketPath = ports.agentSocketPath ?? hostPaths.socket;
    this.#outbox = new DesiredOutbox(ports.epoch);
    this.ended = this.#run(former);
  }

  update(change: DesiredChange): void {
    this.#outbox.change(change);
    this.#serving?.flush();
  }

  async logs(query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return this.#connected().logs(query, signal);
  }

  async session(...session: Parameters<HostLink['session']>): Promise<HostSession> {
    return this.#connected().session(...session);
  }

  async images(signal: AbortSignal): Promise<readonly ImageReport[]> {
    return this.#connected().images(signal);
  }

  async importImage(
    digest: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<readonly ImageReport[]> {
    return this.#connected().importImage(digest, archive, signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(new LinkError('Closed', `the link to ${this.#target.name} was closed`));
    await this.ended;
  }

  get closing(): boolean {
    return this.#closing.signal.aborted;
  }

  #connected(): AgentSession {
    if (this.#serving !== undefined) return this.#serving.session;
    throw new LinkError('NotConnected', `host ${this.#target.name} is not connected`);
  }

  #tell(state: LinkState): void {
    if (!this.#closing.signal.aborted) this.#events.state(this.#target.name, state);
  }

  async #run(former: Promise<void> | undefined): Promise<void> {
    const { clock, random, logger } = this.#ports;
    const { signal } = this.#closing;
    const host = this.#target.name;
    // Whoever opened the link has it in hand before its first news.
    await former;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      this.#tell({ phase: 'connecting', attempt });
      const startedMs = clock.now();
      const end = await this.#attempt();
      if (signal.aborted) return;
      const { reason, message } = end;
      if (end.verdict === 'refuse') {
        logger.error('link refused', { host, reason, message });
        this.#tell({ phase: 'refused', reason, message });
        return;
      }
      if (end.served && clock.now() - startedMs >= steadyMs) attempt = 1;
      const delayMs = retryDelayMs(end.verdict, attempt, random.next());
      logger.warn('link lost', { host, reason, message, attempt, delayMs });
      this.#tell({ phase: 'unreachable', reason, message, retryAtMs: clock.now() + delayMs });
      await pause(clock, delayMs, signal);
    }
  }

  /** One connection from its beginning to its end. Never rejects. */
  async #attempt(): Promise<AttemptEnd> {
    const { signal } = this.#closing;
    try {
      // Building takes seconds the first time; the host is greeted meanwhile.
      const builds = this.#builds();
      const connected = await connectSsh(this.#target, this.#ports.clock, signal);
      if (!connected.ok) return attemptEndOf(connected.failure);
      const { connection } = connected;
      const onClose = (): void => connection.close();
      signal.addEventListener('abort', onClose);
      try {
        return await this.#useConnection(connection, await unlessAborted(builds, signal));
      } finally {
        signal.removeEventListener('abort', onClose);
        connection.close();
      }
    } catch (error) {
      if (error instanceof LinkError) return attemptEndOf(error);
      this.#ports.logger.error('link broke', { host: this.#target.name, error });
      const message = error instanceof Error ? error.message : String(error);
      return attemptEndOf({ reason: 'InternalError', message });
    }
  }

  /** Without a build, hosts that run an agent already are still served. */
  async #builds(): Promise<readonly AgentBuild[] | BootstrapFailure> {
    try {
      return await this.#ports.agentBuilds();
    } catch (error) {
      return {
        ok: false,
        reason: 'BuildFailed',
        message: error instanceof Error ? error.message : String(error),
      };
    }
  }

  async #useConnection(
    connection: SshConnection,
    builds: readonly AgentBuild[] | BootstrapFailure,
  ): Promise<AttemptEnd> {
    let reached = await this.#reachAgent(connection);
    if (!this.#isWanted(reached?.info, builds)) {
      if (reached === undefined && this.#patience > 0) {
        this.#patience -= 1;
        return attemptEndOf({
          reason: 'AgentMissing',
          message: `nothing answers on ${this.#socketPath}; waiting for the agent to be started again`,
        });
      }
      reached?.session.close();
      const failure = 'ok' in builds ? builds : await this.#bootstrap(builds, connection.lost);
      reached = await this.#reachAgent(connection);
      const protocolFits = reached?.info.protocol === wireProtocol;
      if (failure !== undefined && !protocolFits) {
        reached?.session.close();
        return attemptEndOf(failure);
      }
      if (failure !== undefined) {
        this.#ports.logger.warn('serving the former agent', {
          host: this.#target.name,
          reason: failure.reason,
          message: failure.message,
        });
      }
    }
    if (reached === undefined) {
      return attemptEndOf({
        reason: 'AgentMissing',
        message: `nothing answers on ${this.#socketPath}; does sshd allow AllowStreamLocalForwarding?`,
      });
    }
    return this.#serve(connection, reached);
  }

  /** The agent's word about itself; undefined when nothing listens or what listens does not answer. */
  async #reachAgent(connection: SshConnection): Promise<Reached | undefined> {
    const socket = await connection.openSocket(this.#socketPath);
    if (socket === undefined) return undefined;
    const session = new AgentSession(socket, this.#ports.clock);
    try {
      return { session, info: await session.info() };
    } catch (error) {
      session.close();
      if (connection.lost.aborted) throw connection.lost.reason;
      if (error instanceof LinkError) return undefined;
      throw error;
    }
  }

  #isWanted(info: AgentInfo | undefined, builds: readonly AgentBuild[] | BootstrapFailure): boolean {
    if (info === undefined || info.protocol !== wireProtocol) return false;
    if ('ok' in builds) return true;
    if (builds.some(({ digest }) => digest === info.executableDigest)) return true;
    const { digests, atMs } = this.#failed ?? { digests: [], atMs: 0 };
    const failedLately = this.#ports.clock.now() - atMs < failedBuildPauseMs;
    return failedLately && builds.every(({ digest }) => digests.includes(digest));
  }

  /** Makes the host run the wanted agent; returns why it does not. */
  async #bootstrap(builds: readonly AgentBuild[], lost: AbortSignal): Promise<BootstrapFailure | undefined> {
    const { name: host, agent, ...target } = this.#target;
    const onProgress = ({ step, message }: BootstrapProgress): void => {
      this.#ports.logger.info('bootstrap', { host, step, message });
      this.#tell({ phase: 'bootstrapping', step: message });
    };
    this.#tell({ phase: 'bootstrapping', step: 'preparing the host' });
    const job: InstallJob = { type: 'install', target, agent, builds };
    const signal = AbortSignal.any([this.#closing.signal, lost]);
    const result = await this.#ports.bootstrap(job, onProgress, signal);
    if (result.ok) return undefined;
    if (result.reason === 'AgentFailed')
      this.#failed = { digests: builds.map(({ digest }) => digest), atMs: this.#ports.clock.now() };
    return result;
  }

  async #serve(connection: SshConnection, { session, info }: Reached): Promise<AttemptEnd> {
    const { epoch, clock, logger } = this.#ports;
    const host = this.#target.name;
    if (info.epoch > epoch) {
      session.close();
      return attemptEndOf(anotherLeads(info.epoch, epoch));
    }
    const report = (each: Report): void => {
      if (!this.closing) this.#events.report(host, each);
    };
    this.#outbox.connected(info);
    this.#serving = new Serving({ host, session, outbox: this.#outbox, report, clock, logger });
    this.#patience = restartAttemptsMax;
    this.#tell({ phase: 'connected', info });
    this.#serving.flush();
    try {
      return { ...attemptEndOf(await this.#serving.untilLost(connection.lost)), served: true };
    } finally {
      this.#serving = undefined;
    }
  }
}
