/** Has large logs of running containers rotated. */
import type { Clock, Logger, PodFiles, Runtime } from '../core/ports.ts';
import { Periodic } from './periodic.ts';
import type { PodWorker } from './pod-worker.ts';

/** The kubelet's period: at 100 MB/s a log may be a gigabyte by then, which the disk has to bear anyway. */
const periodMs = 10_000;

interface LogWatchPorts {
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: ReadonlyMap<string, PodWorker>;
}

export function logWatch(ports: LogWatchPorts): Periodic {
  return new Periodic(ports.clock, periodMs, async () => {
    for (const worker of ports.workers.values()) await rotateLogs(worker, ports);
  });
}

async function rotateLogs(worker: PodWorker, { files, runtime, logger }: LogWatchPorts): Promise<void> {
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
