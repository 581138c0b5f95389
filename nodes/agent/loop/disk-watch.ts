/** Has pods evicted that keep more in a volume than it may hold. */
import { boundedVolumes } from '../core/empty-dir-limits.ts';
import type { Clock, Logger, PodFiles } from '../core/ports.ts';
import { Periodic } from './periodic.ts';
import type { PodWorker } from './pod-worker.ts';

/** The kubelet's period of its housekeeping. */
const periodMs = 10_000;

export function diskWatch({
  files,
  clock,
  logger,
  workers,
}: {
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: ReadonlyMap<string, PodWorker>;
}): Periodic {
  // One volume after the other: measuring one is a walk over all that is in it.
  return new Periodic(clock, periodMs, async () => {
    for (const worker of workers.values()) {
      await measure(worker, files).catch((error: unknown) =>
        logger.warn('a volume could not be measured', { pod: worker.ref, error: String(error) }),
      );
    }
  });
}

async function measure(worker: PodWorker, files: PodFiles): Promise<void> {
  const { pod, containers } = worker;
  if (pod === undefined || !containers.some(({ state }) => state.type === 'running')) return;
  for (const { name, limitBytes, message } of boundedVolumes(pod)) {
    if ((await files.diskUsage(worker.ref.uid, name)) <= limitBytes) continue;
    worker.evict(message);
    return;
  }
}
