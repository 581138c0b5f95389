/** One pod: what is observed of it, its plan, and the operations in flight. */
import type { Pod, PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Operation } from '../core/operation.ts';
import { planPod } from '../core/plan-pod.ts';
import { type ContainerStatusList, statusListOf } from '../core/pod-containers.ts';
import {
  addressesOf,
  type HostFacts,
  type PodInput,
  type PodRef,
  type ProbeVerdict,
} from '../core/pod-state.ts';
import { statusOf } from '../core/pod-status.ts';
import type { Clock, Logger, PodFiles, PodRecord, Reports } from '../core/ports.ts';
import type { Container, Sandbox } from '../core/runtime-model.ts';
import type { PodSources } from '../core/sources.ts';
import { Observation } from './observation.ts';
import type { OperationFailed, Outcome } from './outcome.ts';

export interface PodWorkerContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reports: Reports;
  readonly files: PodFiles;
  readonly sources: PodSources;
  readonly host: () => HostFacts;
  /** Starts the operation; its end is told by `settled` or `failed`. */
  readonly start: (worker: PodWorker, operation: Operation) => void;
  /** A plan was made: what is observed may have changed. */
  readonly onPlanned: (worker: PodWorker) => void;
  /** Nothing of the pod is left on the host. */
  readonly onGone: (worker: PodWorker) => void;
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** What an event about a container of that list points at. */
const fieldPaths: Readonly<Record<ContainerStatusList, string>> = {
  initContainerStatuses: 'spec.initContainers',
  containerStatuses: 'spec.containers',
  ephemeralContainerStatuses: 'spec.ephemeralContainers',
};

export class PodWorker {
  /** Who changes it calls `changed` when done. */
  readonly observation: Observation;
  readonly #context: PodWorkerContext;
  #ref: PodRef;
  #pod: Pod | undefined;
  #told = new Set<string>();
  #cancelTimer: () => void = () => undefined;
  #planning = false;
  #goneTold = false;
  #reported = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(ref: PodRef, context: PodWorkerContext, record?: PodRecord) {
    this.#context = context;
    this.#ref = ref;
    this.observation = new Observation(record, context.clock.now());
  }

  get ref(): PodRef {
    return this.#ref;
  }

  get pod(): Pod | undefined {
    return this.#pod;
  }

  get containers(): readonly Container[] {
    return this.observation.containers;
  }

  /** Empty while it has none. */
  get podIP(): string {
    return addressesOf(this.#input(0)).podIPs[0] ?? '';
  }

  setPod(pod: Pod | undefined): void {
    this.#pod = pod;
    this.#goneTold = false;
    if (pod === undefined) return;
    const { namespace = '', name = '' } = pod.metadata;
    this.#ref = { uid: this.#ref.uid, namespace, name };
  }

  /** A whole listing of this pod, begun when `version` was the observation's. */
  list(sandboxes: readonly Sandbox[], containers: readonly Container[], version: number): void {
    const [first] = sandboxes;
    if (this.#ref.name === '' && first !== undefined) {
      this.#ref = { uid: this.#ref.uid, namespace: first.namespace, name: first.podName };
    }
    this.observation.list(sandboxes, containers, version);
  }

  /** Images came in another way than by a pull: what was missing is looked for again at once. */
  imagesChanged(): void {
    this.observation.forgetMissingImages();
    this.changed();
  }

  setProbe(container: string, verdict: ProbeVerdict): void {
    this.observation.setProbe(container, verdict);
    this.changed();
  }

  /** The pod has to go from this host; `message` says why. */
  evict(message: string): void {
    this.observation.evict(message);
    this.changed();
  }

  /** Plans once for all that changed in this turn of the event loop. */
  changed(): void {
    if (this.#planning) return;
    this.#planning = true;
    queueMicrotask(() => {
      this.#planning = false;
      this.#plan();
    });
  }

  settled(operation: Operation, outcome: Outcome): void {
    this.observation.settled(operation, outcome);
    this.changed();
  }

  failed(operation: Operation, failure: OperationFailed): void {
    this.observation.failed(operation, failure, this.#context.clock.now());
    const container = operation.type === 'start-container' ? operation.spec.name : undefined;
    this.tell('Warning', failure.eventReason, failure.message, container);
    this.changed();
  }

  tell(severity: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    this.#context.reports.event({
      podUid: this.#ref.uid,
      namespace: this.#ref.namespace,
      podName: this.#ref.name,
      ...(container === undefined ? {} : { fieldPath: this.#fieldPath(container) }),
      severity,
      reason,
      message,
      timestamp: formatTime(this.#context.clock.now()),
    });
  }

  /** Resolves when no write of the pod's record is under way. */
  saved(): Promise<void> {
    return this.#saving;
  }

  dispose(): void {
    this.#cancelTimer();
  }

  #fieldPath(container: string): string {
    return `${fieldPaths[this.#pod === undefined ? 'containerStatuses' : statusListOf(this.#pod, container)]}{${container}}`;
  }

  #plan(): void {
    const { clock, start, onPlanned, onGone } = this.#context;
    this.#cancelTimer();
    const nowMs = clock.now();
    const plan = planPod(this.#input(nowMs));
    for (const event of plan.events) {
      if (!this.#told.has(event.key)) this.tell(event.severity, event.reason, event.message, event.container);
    }
    this.#told = new Set(plan.events.map(({ key }) => key));
    for (const operation of plan.operations) {
      this.observation.began(operation);
      start(this, operation);
    }
    if (plan.wakeAtMs !== undefined) {
      this.#cancelTimer = clock.after(Math.max(0, plan.wakeAtMs - nowMs) + 1, () => this.changed());
    }
    this.#report(nowMs);
    onPlanned(this);
    if (!plan.gone || this.#goneTold) return;
    this.#goneTold = true;
    onGone(this);
  }

  #input(nowMs: number): PodInput {
    const { sources, host } = this.#context;
    return {
      ref: this.#ref,
      pod: this.#pod,
      sources,
      host: host(),
      observed: this.observation.asInput(),
      nowMs,
    };
  }

  #report(nowMs: number): void {
    if (this.#pod === undefined) return;
    const { observation } = this;
    const status = statusOf(this.#input(nowMs), this.#pod, formatTime);
    const isNew = JSON.stringify(status) !== JSON.stringify(observation.status);
    // What an agent before this one told is told once more: nobody here has heard it.
    if (!isNew && this.#reported) return;
    observation.status = status;
    this.#reported = true;
    this.#context.reports.pod(this.#ref, status);
    if (isNew && observation.mayWriteFiles) this.#save(status);
  }

  /** One write after the other; a failed one costs what a restarted agent would remember. */
  #save(status: PodStatus): void {
    const { files, logger } = this.#context;
    const record: PodRecord = { ref: this.#ref, startTimeMs: this.observation.startTimeMs, status };
    this.#saving = this.#saving
      .then(() => {
        const isNewest = this.observation.status === status;
        return isNewest && this.observation.mayWriteFiles ? files.saveRecord(record) : undefined;
      })
      .catch((error: unknown) =>
        logger.warn('pod record not saved', { pod: this.#ref, error: String(error) }),
      );
  }
}
