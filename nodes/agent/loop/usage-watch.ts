/** Measures what the host and its containers use, and reports it every interval. */
import { type UsageReport, usageReportIntervalMs } from '../../../schemas/wire/messages.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { type ContainerSample, type HostSample, type UsageSample, usageBetween } from '../core/usage.ts';

export interface UsageWatchOptions {
  readonly host: () => Promise<HostSample>;
  /** Of all containers that run. */
  readonly containers: () => Promise<readonly ContainerSample[]>;
  readonly report: (report: Omit<UsageReport, 'type'>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class UsageWatch {
  readonly #options: UsageWatchOptions;
  #last: UsageSample | undefined;

  constructor(options: UsageWatchOptions) {
    this.#options = options;
  }

  /** Looks now and then every interval, as long as the agent runs. */
  async start(): Promise<void> {
    await this.#look().catch((error: unknown) =>
      this.#options.logger.warn('usage could not be measured', { error: String(error) }),
    );
    this.#options.clock.after(usageReportIntervalMs, () => void this.start());
  }

  async #look(): Promise<void> {
    const { host, containers, report } = this.#options;
    const [hostSample, containerSamples] = await Promise.all([host(), containers()]);
    const sample = { host: hostSample, containers: containerSamples };
    if (this.#last !== undefined) report(usageBetween(this.#last, sample));
    this.#last = sample;
  }
}
