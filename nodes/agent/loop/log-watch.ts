/** Has large logs of running containers rotated. */
import type { Clock, Logger, PodFiles, Runtime } from '../core/ports.ts';
import type { PodWorker } from './pod-worker.ts';

/** The kubelet's period: at 100 MB/s a log may be a gigabyte by then, which the disk has to bear anyway. */
const periodMs = 10_000;

export interface LogWatchOptions {
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: ReadonlyMap<string, PodWorker>;
}

export class LogWatch {
  readonly #options: LogWatchOptions;
  #cancelTimer: () => void = () => undefined;
  #stopped = false;

  constructor(options: LogWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#stopped) this.#cancelTimer = this.#options.clock.after(periodMs, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  async #look(): Promise<void> {
    const { workers, files, runtime, logger } = this.#options;
    for (const worker of workers.values()) {
      for (const container of worker.containers) {
        if (container.state.type !== 'running') continue;
        const reopen = (): Promise<void> => runtime.reopenLog(container.id);
        await files.rotateLog(worker.ref, container, reopen).catch((error: unknown) => {
          logger.warn('a log could not be rotated', {
            pod: worker.ref,
            container: container.name,
            error: String(error),
          });
        });
      }
    }
    this.start();
  }
}
