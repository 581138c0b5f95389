/** Reports the host as a node: every interval, and at once when something of it changes. */
import type { NodeCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { nodeReportIntervalMs } from '../../../schemas/wire/messages.ts';
import { type HostReading, nodeReportOf } from '../core/node-report.ts';
import type { Clock, Logger, Reports, Runtime, RuntimeStatus } from '../core/ports.ts';
import type { Image } from '../core/runtime-model.ts';
import { formatTime } from './pod-worker.ts';

export interface NodeWatchOptions {
  readonly runtime: Runtime;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  readonly agentVersion: string;
  readonly readHost: () => Promise<HostReading>;
  readonly addresses: () => readonly string[];
  readonly network: () => { readonly ready: boolean; readonly message: string };
}

export class NodeWatch {
  readonly #options: NodeWatchOptions;
  #conditions: readonly NodeCondition[] = [];
  #images: readonly Image[] = [];
  #runtimeVersion = '';
  #running = false;
  #again = false;
  #stopped = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  /** Looks at the host and reports it; calls that come meanwhile lead to one more look. */
  async look(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    this.#cancelTimer();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#report().catch((error: unknown) => {
        this.#options.logger.error('the host could not be read', { error: String(error) });
      });
    }
    this.#running = false;
    if (!this.#stopped)
      this.#cancelTimer = this.#options.clock.after(nodeReportIntervalMs, () => void this.look());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  async #report(): Promise<void> {
    const { options, status } = { options: this.#options, status: await this.#runtimeStatus() };
    if (status.version !== '') this.#runtimeVersion = status.version;
    if (status.ready) this.#images = await options.runtime.images().catch(() => this.#images);
    const report = nodeReportOf({
      reading: await options.readHost(),
      agentVersion: options.agentVersion,
      nodeName: options.nodeName,
      addresses: options.addresses(),
      runtimeVersion: this.#runtimeVersion,
      notReadyMessage: notReadyMessage(status, options.network()),
      images: this.#images,
      previous: this.#conditions,
      now: formatTime(options.clock.now()),
    });
    this.#conditions = report.conditions;
    options.reports.node(report);
  }

  async #runtimeStatus(): Promise<RuntimeStatus> {
    try {
      return await this.#options.runtime.status();
    } catch (error) {
      return {
        ready: false,
        networkReady: false,
        message: `container runtime is down: ${(error as Error).message}`,
        version: '',
      };
    }
  }
}

function notReadyMessage(
  runtime: RuntimeStatus,
  network: { readonly ready: boolean; readonly message: string },
): string {
  if (!runtime.ready) return runtime.message;
  if (!network.ready) return `network is not ready: ${network.message}`;
  return runtime.networkReady ? '' : `container runtime network not ready: ${runtime.message}`;
}
