/** Has pods evicted that keep more in a volume than it may hold. */
import { boundedVolumes } from '../core/empty-dir-limits.ts';
import type { Clock, Logger, PodFiles } from '../core/ports.ts';
import type { PodWorker } from './pod-worker.ts';

/** The kubelet's period of its housekeeping. */
const periodMs = 10_000;

export interface DiskWatchOptions {
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: ReadonlyMap<string, PodWorker>;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #cancelTimer: () => void = () => undefined;
  #stopped = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#stopped) this.#cancelTimer = this.#options.clock.after(periodMs, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  /** One volume after the other: measuring one is a walk over all that is in it. */
  async #look(): Promise<void> {
    const { workers, logger } = this.#options;
    for (const worker of workers.values()) {
      await this.#measure(worker).catch((error: unknown) =>
        logger.warn('a volume could not be measured', { pod: worker.ref, error: String(error) }),
      );
    }
    this.start();
  }

  async #measure(worker: PodWorker): Promise<void> {
    const { pod, containers } = worker;
    if (pod === undefined || !containers.some(({ state }) => state.type === 'running')) return;
    for (const { name, limitBytes, message } of boundedVolumes(pod)) {
      if ((await this.#options.files.diskUsage(worker.ref.uid, name)) <= limitBytes) continue;
      worker.evict(message);
      return;
    }
  }
}
