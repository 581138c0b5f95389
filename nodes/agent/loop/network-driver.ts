/** Keeps the host's network as desired: one application at a time, changes merged, failures tried again. */
import type { NetworkEntry, NetworkPeer, ServiceEntry } from '../../../schemas/wire/messages.ts';
import type { DesiredState } from '../core/desired-state.ts';
import type { HostPort } from '../core/host-port.ts';
import type { Clock, DesiredNetwork, Logger, Network, Runtime } from '../core/ports.ts';

const retryMs = 2000;
/** Rules that something else changed or removed are put back. */
const refreshMs = 300_000;
/** containerd reads a new CNI configuration within milliseconds; pods that start before would fail once. */
const runtimeNoticeMs = 5000;
const runtimePollMs = 20;

export interface NetworkDriverOptions {
  readonly network: Network;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onReadyChange: () => void;
}

export class NetworkDriver {
  readonly #options: NetworkDriverOptions;
  #entries: DesiredState['entries'] = new Map();
  readonly #hostPorts = new Map<string, readonly HostPort[]>();
  /** undefined: anything may differ. */
  #changed: Set<string> | undefined;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #running = false;
  #ready = false;
  #stopped = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: NetworkDriverOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get message(): string {
    const status = this.#options.network.status();
    return this.#ready ? '' : (status.message ?? 'the pod network is being set up');
  }

  setEntries(entries: DesiredState['entries']): void {
    this.#entries = entries;
  }

  setHostPorts(podUid: string, ports: readonly HostPort[]): void {
    if (ports.length === 0) this.#hostPorts.delete(podUid);
    else this.#hostPorts.set(podUid, ports);
  }

  /** Resolves when a state that includes everything set before is in place; undefined keys: check everything. */
  apply(keys: ReadonlySet<string> | undefined): Promise<void> {
    if (keys === undefined) this.#changed = undefined;
    else for (const key of keys) this.#changed?.add(key);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      void this.#run();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    this.#cancelTimer();
    let delayMs = refreshMs;
    while (this.#waiters.length > 0) {
      // All that changes in this turn of the event loop goes into one application.
      await new Promise(setImmediate);
      const waiters = this.#waiters.splice(0);
      const changed = this.#changed;
      this.#changed = new Set();
      try {
        await this.#options.network.apply(this.#desired(), changed);
        await this.#noteReady();
        for (const { resolve } of waiters) resolve();
      } catch (error) {
        this.#changed = undefined;
        delayMs = retryMs;
        this.#options.logger.warn('network could not be applied', { error: String(error) });
        for (const { reject } of waiters) reject(error as Error);
      }
    }
    this.#running = false;
    if (!this.#stopped) this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#refresh());
  }

  #refresh(): void {
    // The failure is logged above, and the next timer is set.
    this.apply(undefined).catch(() => undefined);
  }

  #desired(): DesiredNetwork {
    const services = new Map<string, ServiceEntry>();
    const peers: NetworkPeer[] = [];
    let network: NetworkEntry | undefined;
    for (const [key, entry] of this.#entries) {
      if (entry.type === 'service') services.set(key, entry);
      else if (entry.type === 'peers') peers.push(...entry.peers);
      else if (entry.type === 'network') network = entry;
    }
    const hostPorts = [...this.#hostPorts.values()].flat().sort(compareHostPorts);
    return network === undefined ? { peers, services, hostPorts } : { network, peers, services, hostPorts };
  }

  async #noteReady(): Promise<void> {
    const ready = this.#options.network.status().ready;
    if (ready === this.#ready) return;
    if (ready) await this.#runtimeNoticed();
    this.#ready = ready;
    this.#options.onReadyChange();
  }

  /** Pods may start anyway when the time is up: the runtime then says what is wrong with each of them. */
  async #runtimeNoticed(): Promise<void> {
    const { clock, runtime, logger } = this.#options;
    const untilMs = clock.now() + runtimeNoticeMs;
    while (clock.now() < untilMs) {
      const status = await runtime.status().catch(() => undefined);
      if (status?.networkReady === true) return;
      await new Promise<void>((resolve) => clock.after(runtimePollMs, resolve));
    }
    logger.warn('the runtime does not report its network ready', { afterMs: runtimeNoticeMs });
  }
}

function compareHostPorts(a: HostPort, b: HostPort): number {
  const [left, right] = [a, b].map(
    ({ protocol, hostPort, hostIP = '' }) => `${protocol}/${String(hostPort).padStart(5, '0')}/${hostIP}`,
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
