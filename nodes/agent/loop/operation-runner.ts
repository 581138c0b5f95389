/** Runs the operations of all pods side by side, within bounds, and tells their workers what came of them. */
import type { Operation } from '../core/operation.ts';
import type { Checks, Clock, Logger, PodFiles, Runtime } from '../core/ports.ts';
import { afterStart, execute, type ExecuteContext } from './execute.ts';
import type { NetworkDriver } from './network-driver.ts';
import { OperationFailed, type Outcome } from './outcome.ts';
import type { PodWorker } from './pod-worker.ts';
import { Pulls } from './pulls.ts';
import { Slots } from './slots.ts';

/** The runtime is saturated at four; a few more hide the round trips between operations. */
const parallelOperationsMax = 8;

/** Operations that keep the runtime busy. Others wait (for a grace, a registry) and hold nobody up. */
const heavyOperations: ReadonlySet<Operation['type']> = new Set([
  'run-sandbox',
  'start-container',
  'stop-sandbox',
  'remove-sandbox',
  'remove-container',
]);

export interface OperationRunnerOptions {
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly checks: Checks;
  readonly network: NetworkDriver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onPulled: () => void;
  /** Something of the pod was started: it may have ended already. */
  readonly onStarted: (worker: PodWorker) => void;
}

export class OperationRunner {
  readonly #options: OperationRunnerOptions;
  readonly #slots = new Slots(parallelOperationsMax);
  readonly #pulls: Pulls;

  constructor(options: OperationRunnerOptions) {
    this.#options = options;
    const { runtime, clock, signal, onPulled } = options;
    this.#pulls = new Pulls(runtime, () => clock.now(), signal, onPulled);
  }

  /** Never rejects: a failure is told to the worker, which has it tried again. */
  async run(worker: PodWorker, operation: Operation): Promise<void> {
    try {
      worker.settled(operation, await this.#outcome(worker, operation));
    } catch (error) {
      const isKnown = error instanceof OperationFailed;
      const failure = isKnown ? error : new OperationFailed('InternalError', 'Failed', String(error));
      const { reason, message } = failure;
      const { logger } = this.#options;
      logger.warn('operation failed', { pod: worker.ref, operation: operation.type, reason, error: message });
      worker.failed(operation, failure);
    }
    if (operation.type === 'start-container' || operation.type === 'run-sandbox') {
      this.#options.onStarted(worker);
    }
  }

  /** Starts go first: a pod that has its sandbox is nearer to its end than one that has none. */
  async #outcome(worker: PodWorker, operation: Operation): Promise<Outcome> {
    const context = this.#contextOf(worker);
    const run = (): Promise<Outcome> => execute(context, operation);
    if (!heavyOperations.has(operation.type)) return run();
    const outcome = await this.#slots.use(operation.type === 'start-container', run);
    return operation.type === 'start-container' ? afterStart(context, operation, outcome) : outcome;
  }

  #contextOf(worker: PodWorker): ExecuteContext {
    const { runtime, files, network, checks, clock } = this.#options;
    return {
      ref: worker.ref,
      runtime,
      files,
      network,
      checks,
      pulls: this.#pulls,
      now: () => clock.now(),
      imageFailures: (container) => worker.observation.imageFailures(container),
      filesAtRest: () => worker.saved(),
      tell: (severity, reason, message, container) => worker.tell(severity, reason, message, container),
    };
  }
}
