/** What the runtime holds: its events at once, and everything again now and then, as the kubelet's PLEG does. */
import type { Clock, Logger, PodFiles, Runtime } from '../core/ports.ts';
import type { Container, Image, Sandbox } from '../core/runtime-model.ts';
import { withLastWords } from './execute.ts';
import type { PodWorker } from './pod-worker.ts';

/** The safety net: events may be lost when the runtime restarts. */
const relistMs = 5000;
/** The runtime's own bookkeeping follows its events by some milliseconds. */
const settleDelaysMs = [5, 10, 20, 40, 80, 160, 320, 640, 1280] as const;

/** Others' containers on the same runtime exit too; the oldest are forgotten, relisting finds what they were. */
const unclaimedExitsMax = 256;

export interface RuntimeWatchOptions {
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: ReadonlyMap<string, PodWorker>;
  /** Makes the worker of a pod that is found on the host. */
  readonly adopt: (uid: string) => PodWorker | undefined;
}

export class RuntimeWatch {
  readonly #options: RuntimeWatchOptions;
  #seen = false;
  #listing = false;
  #wasReachable = true;
  /** Ids of which an exit was told while no worker knew them yet. */
  readonly #unclaimedExits = new Set<string>();

  constructor(options: RuntimeWatchOptions) {
    this.#options = options;
  }

  /** Everything that the runtime holds has been looked at: plans may be made. */
  get seen(): boolean {
    return this.#seen;
  }

  /** Until `signal` aborts. `onFirst` is called after the first listing. */
  async run(signal: AbortSignal, onFirst: () => void): Promise<void> {
    const listing = this.#relistUntil(signal, onFirst);
    for await (const event of this.#options.runtime.events(signal)) {
      if (event.type === 'missed') void this.#relist(onFirst);
      else void this.#refresh(event.id, event.exited);
    }
    await listing;
  }

  /** An imported image shows up in the runtime's listing a moment later. */
  async imageAppears(name: string): Promise<Image | undefined> {
    const { runtime } = this.#options;
    for (const delayMs of [0, ...settleDelaysMs]) {
      await this.#pause(delayMs);
      const image = await runtime.image(name);
      if (image !== undefined) return image;
    }
    return undefined;
  }

  async #relistUntil(signal: AbortSignal, onFirst: () => void): Promise<void> {
    while (!signal.aborted) {
      await this.#relist(onFirst);
      await this.#pause(relistMs, signal);
    }
  }

  async #relist(onFirst: () => void): Promise<void> {
    if (this.#listing) return;
    this.#listing = true;
    try {
      await this.#listOnce();
      if (!this.#wasReachable) this.#options.logger.info('the container runtime answers again');
      this.#wasReachable = true;
      if (!this.#seen) {
        this.#seen = true;
        onFirst();
      }
    } catch (error) {
      if (this.#wasReachable)
        this.#options.logger.warn('the container runtime does not answer', { error: String(error) });
      this.#wasReachable = false;
    } finally {
      this.#listing = false;
    }
  }

  async #listOnce(): Promise<void> {
    const { runtime, workers, adopt } = this.#options;
    const versions = new Map([...workers].map(([uid, worker]) => [uid, worker.observation.version]));
    const { sandboxes, containers } = await runtime.list();
    const sandboxesOf = Map.groupBy(sandboxes, ({ podUid }) => podUid);
    const containersOf = Map.groupBy(containers, ({ podUid }) => podUid);
    for (const uid of new Set([...workers.keys(), ...sandboxesOf.keys(), ...containersOf.keys()])) {
      const worker = adopt(uid);
      if (worker === undefined) continue;
      await this.#observe(
        worker,
        sandboxesOf.get(uid) ?? [],
        containersOf.get(uid) ?? [],
        versions.get(uid) ?? 0,
      );
    }
  }

  async #observe(
    worker: PodWorker,
    sandboxes: readonly Sandbox[],
    containers: readonly Container[],
    version: number,
  ): Promise<void> {
    const known = new Map(worker.containers.map((container) => [container.id, container]));
    const complete: Container[] = [];
    for (const container of containers) {
      const isKnown = known.get(container.id)?.state.type === 'exited';
      complete.push(isKnown ? container : await withLastWords(this.#options.files, worker.ref, container));
    }
    worker.list(sandboxes, complete, version);
    if (this.#seen) worker.changed();
  }

  /** A container that has just been started may have exited before anybody knew its id. */
  started(worker: PodWorker): void {
    for (const { id } of worker.containers) if (this.#unclaimedExits.delete(id)) void this.#refresh(id, true);
  }

  async #refresh(id: string, exited: boolean): Promise<void> {
    if (!this.#seen) return;
    const worker = [...this.#options.workers.values()].find((candidate) => candidate.observation.holds(id));
    if (worker === undefined) {
      if (exited) this.#keepExit(id);
      return;
    }
    try {
      for (const delayMs of [0, ...settleDelaysMs]) {
        await this.#pause(delayMs);
        if (await this.#look(worker, id, exited)) return;
      }
    } catch (error) {
      this.#options.logger.debug('an event could not be followed up', { id, error: String(error) });
    }
  }

  #keepExit(id: string): void {
    this.#unclaimedExits.add(id);
    const [oldest] = this.#unclaimedExits;
    if (this.#unclaimedExits.size > unclaimedExitsMax && oldest !== undefined)
      this.#unclaimedExits.delete(oldest);
  }

  /** False while the runtime still says that what has exited runs. */
  async #look(worker: PodWorker, id: string, exited: boolean): Promise<boolean> {
    const { runtime, files } = this.#options;
    const container = await runtime.container(id);
    if (container !== undefined) {
      if (exited && container.state.type === 'running') return false;
      worker.observation.setContainer(await withLastWords(files, worker.ref, container));
    } else {
      const sandbox = await runtime.sandbox(id);
      if (exited && sandbox?.ready === true) return false;
      if (sandbox === undefined) worker.observation.forget(id);
      else worker.observation.setSandbox(sandbox);
    }
    worker.changed();
    return true;
  }

  #pause(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (delayMs === 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      signal?.addEventListener('abort', () => (cancel(), resolve()), { once: true });
    });
  }
}
