/** Removes the folders of persistent volumes: those that the desired state names, and no others. */
import type { Clock, Logger, PodFiles, Reports } from '../core/ports.ts';
import { removedVolumeName } from '../core/removed-volumes.ts';

/** A removal that failed, or had to wait for a pod, is tried again after so long. */
const againMs = 5000;

interface VolumeRemovalsOptions {
  readonly files: PodFiles;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a pod of this host, gone from the cluster or not, still has the volume. */
  readonly isInUse: (volumeName: string) => boolean;
}

export class VolumeRemovals {
  readonly #options: VolumeRemovalsOptions;
  /** What has to go, with how far it is. */
  readonly #wanted = new Map<string, 'waiting' | 'removing' | 'removed'>();
  readonly #timers = new Map<string, () => void>();

  constructor(options: VolumeRemovalsOptions) {
    this.#options = options;
  }

  /** Takes the entries that changed; `isWanted` says whether one is there now. */
  changed(keys: Iterable<string>, isWanted: (key: string) => boolean): void {
    for (const key of keys) {
      const name = removedVolumeName(key);
      if (name === undefined) continue;
      if (!isWanted(key)) this.#forget(name);
      else if (!this.#wanted.has(name)) {
        this.#wanted.set(name, 'waiting');
        void this.#remove(name);
      }
    }
  }

  /** A pod has gone: what waited for it need not wait for its time. */
  podGone(): void {
    for (const [name, cancel] of [...this.#timers]) {
      cancel();
      void this.#remove(name);
    }
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #forget(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
    this.#wanted.delete(name);
    this.#options.reports.forgetVolume(name);
  }

  async #remove(name: string): Promise<void> {
    const { files, reports, logger, isInUse } = this.#options;
    this.#timers.delete(name);
    if (isInUse(name)) return this.#again(name);
    this.#wanted.set(name, 'removing');
    try {
      await files.removeVolume(name);
    } catch (error) {
      logger.warn('a volume could not be removed', { volume: name, error: String(error) });
      return this.#again(name);
    }
    if (!this.#wanted.has(name)) return;
    this.#wanted.set(name, 'removed');
    reports.volumeRemoved(name);
  }

  #again(name: string): void {
    if (!this.#wanted.has(name)) return;
    this.#wanted.set(name, 'waiting');
    this.#timers.set(
      name,
      this.#options.clock.after(againMs, () => void this.#remove(name)),
    );
  }
}
