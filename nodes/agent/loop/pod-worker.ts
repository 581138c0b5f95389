/** One pod: what is observed of it, its plan, and the operations in flight. */
import type { Pod, PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Operation, operationKey } from '../core/operation.ts';
import { planPod } from '../core/plan-pod.ts';
import {
  addressesOf,
  type Failure,
  type HostFacts,
  type ImageState,
  type ObservedPod,
  type PodInput,
  type PodRef,
  type ProbeVerdict,
} from '../core/pod-state.ts';
import { statusOf } from '../core/pod-status.ts';
import type { HostPort } from '../core/host-port.ts';
import type { Clock, Logger, PodFiles, PodRecord, Reports } from '../core/ports.ts';
import type { Container, Sandbox } from '../core/runtime-model.ts';
import type { PodSources } from '../core/sources.ts';
import type { VolumeSpec } from '../core/volumes.ts';
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

export class PodWorker {
  readonly #context: PodWorkerContext;
  #ref: PodRef;
  #pod: Pod | undefined;
  #sandboxes: readonly Sandbox[] = [];
  #containers: readonly Container[] = [];
  readonly #images = new Map<string, ImageState>();
  readonly #failures = new Map<string, Failure>();
  readonly #probes = new Map<string, ProbeVerdict>();
  #inFlight: readonly Operation[] = [];
  #preparedVolumes: readonly VolumeSpec[] | undefined;
  #publishedPorts: readonly HostPort[] = [];
  #status: PodStatus | undefined;
  #startTimeMs: number;
  #hasFiles: boolean;
  #told = new Set<string>();
  #cancelTimer: () => void = () => undefined;
  #planning = false;
  #goneTold = false;
  #reported = false;
  /** Grows with each change by an operation, so that a listing begun before it is known to be stale. */
  #version = 0;
  #saving: Promise<void> = Promise.resolve();

  constructor(ref: PodRef, context: PodWorkerContext, record?: PodRecord) {
    this.#context = context;
    this.#ref = ref;
    this.#hasFiles = record !== undefined;
    this.#status = record?.status;
    this.#startTimeMs =
      record === undefined || record.startTimeMs === 0 ? context.clock.now() : record.startTimeMs;
  }

  get ref(): PodRef {
    return this.#ref;
  }

  get pod(): Pod | undefined {
    return this.#pod;
  }

  get status(): PodStatus | undefined {
    return this.#status;
  }

  /** Empty while it has none. */
  get podIP(): string {
    return addressesOf(this.#input(0)).podIPs[0] ?? '';
  }

  get containers(): readonly Container[] {
    return this.#containers;
  }

  /** Changes whenever a listing begun earlier must not be believed. */
  get version(): number {
    return this.#version;
  }

  holds(id: string): boolean {
    return (
      this.#containers.some((container) => container.id === id) ||
      this.#sandboxes.some((sandbox) => sandbox.id === id)
    );
  }

  imageFailures(container: string): number {
    const state = this.#images.get(container);
    return state?.type === 'missing' ? state.failures : 0;
  }

  setPod(pod: Pod | undefined): void {
    this.#pod = pod;
    this.#goneTold = false;
    if (pod !== undefined)
      this.#ref = {
        uid: this.#ref.uid,
        namespace: pod.metadata.namespace ?? '',
        name: pod.metadata.name ?? '',
      };
  }

  /** A whole listing of this pod, begun when `version` was current; not believed where it may be half or stale. */
  observe(sandboxes: readonly Sandbox[], containers: readonly Container[], version: number): void {
    const isMaking = this.#inFlight.some(({ type }) => type === 'run-sandbox' || type === 'start-container');
    if (version !== this.#version || isMaking) return;
    if (this.#ref.name === '' && sandboxes[0] !== undefined) {
      this.#ref = { uid: this.#ref.uid, namespace: sandboxes[0].namespace, name: sandboxes[0].podName };
    }
    this.#sandboxes = sandboxes.toSorted((a, b) => b.attempt - a.attempt);
    const known = new Map(this.#containers.map((container) => [container.id, container]));
    this.#containers = sortContainers(
      containers.map((container) => keepMessage(container, known.get(container.id))),
    );
  }

  observeContainer(container: Container): void {
    this.#version++;
    const others = this.#containers.filter(({ id }) => id !== container.id);
    const before = this.#containers.find(({ id }) => id === container.id);
    this.#containers = sortContainers([...others, keepMessage(container, before)]);
  }

  observeSandbox(sandbox: Sandbox): void {
    this.#version++;
    const others = this.#sandboxes.filter(({ id }) => id !== sandbox.id);
    this.#sandboxes = [...others, sandbox].sort((a, b) => b.attempt - a.attempt);
  }

  forgetObject(id: string): void {
    this.#version++;
    this.#sandboxes = this.#sandboxes.filter((sandbox) => sandbox.id !== id);
    this.#containers = this.#containers.filter(
      (container) => container.id !== id && container.sandboxId !== id,
    );
  }

  /** Images came in another way than by a pull: what was missing is looked for again at once. */
  imagesChanged(): void {
    for (const [container, state] of this.#images)
      if (state.type === 'missing') this.#images.delete(container);
    this.changed();
  }

  setProbe(container: string, verdict: ProbeVerdict): void {
    this.#probes.set(container, verdict);
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
    this.#leave(operation);
    this.#failures.delete(operationKey(operation));
    this.#take(outcome);
    if (operation.type === 'start-container') this.#images.delete(operation.spec.name);
    this.changed();
  }

  failed(operation: Operation, failure: OperationFailed): void {
    this.#leave(operation);
    const key = operationKey(operation);
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    this.#failures.set(key, {
      reason: failure.reason,
      message: failure.message,
      count,
      failedAtMs: this.#context.clock.now(),
    });
    if (failure.outcome !== undefined) this.#take(failure.outcome);
    // The image may be what is wrong: it is looked for again.
    if (operation.type === 'start-container') this.#images.delete(operation.spec.name);
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
    const isInit = this.#pod?.spec?.initContainers?.some(({ name }) => name === container) === true;
    return isInit ? `spec.initContainers{${container}}` : `spec.containers{${container}}`;
  }

  #leave(operation: Operation): void {
    this.#version++;
    this.#inFlight = this.#inFlight.filter((other) => other !== operation);
  }

  #take(outcome: Outcome): void {
    switch (outcome.type) {
      case 'volumes':
        this.#preparedVolumes = outcome.volumes;
        this.#hasFiles = true;
        return;
      case 'sandbox':
        return this.observeSandbox(outcome.sandbox);
      case 'container':
        return this.observeContainer(outcome.container);
      case 'sandbox-gone':
      case 'container-gone':
        return this.forgetObject(outcome.id);
      case 'image':
        this.#images.set(outcome.container, outcome.state);
        return;
      case 'ports':
        this.#publishedPorts = outcome.ports;
        return;
      case 'files-gone':
        this.#hasFiles = false;
        this.#preparedVolumes = undefined;
    }
  }

  #plan(): void {
    const { clock } = this.#context;
    this.#cancelTimer();
    const nowMs = clock.now();
    const plan = planPod(this.#input(nowMs));
    const keys = new Set(plan.events.map(({ key }) => key));
    for (const event of plan.events) {
      if (!this.#told.has(event.key)) this.tell(event.severity, event.reason, event.message, event.container);
    }
    this.#told = keys;
    for (const operation of plan.operations) {
      this.#version++;
      this.#inFlight = [...this.#inFlight, operation];
      if (operation.type === 'run-sandbox' || operation.type === 'start-container') this.#hasFiles = true;
      this.#context.start(this, operation);
    }
    if (plan.wakeAtMs !== undefined)
      this.#cancelTimer = clock.after(Math.max(0, plan.wakeAtMs - nowMs) + 1, () => this.changed());
    this.#report(nowMs);
    this.#context.onPlanned(this);
    if (!plan.gone || this.#goneTold) return;
    this.#goneTold = true;
    this.#context.onGone(this);
  }

  #input(nowMs: number): PodInput {
    return {
      ref: this.#ref,
      pod: this.#pod,
      sources: this.#context.sources,
      host: this.#context.host(),
      observed: this.#observed(),
      nowMs,
    };
  }

  #observed(): ObservedPod {
    return {
      sandboxes: this.#sandboxes,
      containers: this.#containers,
      images: this.#images,
      preparedVolumes: this.#preparedVolumes,
      publishedPorts: this.#publishedPorts,
      failures: this.#failures,
      inFlight: this.#inFlight,
      probes: this.#probes,
      previous: this.#status,
      startTimeMs: this.#startTimeMs,
      hasFiles: this.#hasFiles,
    };
  }

  #report(nowMs: number): void {
    if (this.#pod === undefined) return;
    const status = statusOf(this.#input(nowMs), this.#pod, formatTime);
    const isNew = JSON.stringify(status) !== JSON.stringify(this.#status);
    // What an agent before this one told is told once more: nobody here has heard it.
    if (!isNew && this.#reported) return;
    this.#status = status;
    this.#reported = true;
    this.#context.reports.pod(this.#ref, status);
    if (isNew && this.#mayWrite()) this.#save(status);
  }

  /** What is being removed must not be written to. */
  #mayWrite(): boolean {
    return this.#hasFiles && !this.#inFlight.some(({ type }) => type === 'remove-files');
  }

  /** One write after the other; a failed one costs what a restarted agent would remember. */
  #save(status: PodStatus): void {
    const record: PodRecord = { ref: this.#ref, startTimeMs: this.#startTimeMs, status };
    this.#saving = this.#saving
      .then(() =>
        this.#mayWrite() && this.#status === status ? this.#context.files.saveRecord(record) : undefined,
      )
      .catch((error: unknown) =>
        this.#context.logger.warn('pod record not saved', { pod: this.#ref, error: String(error) }),
      );
  }
}

function sortContainers(containers: readonly Container[]): readonly Container[] {
  return containers.toSorted((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs);
}

/** The termination message is read once, when the container ends; listings do not know it. */
function keepMessage(container: Container, before: Container | undefined): Container {
  if (container.state.type !== 'exited' || before?.state.type !== 'exited' || container.state.message !== '')
    return container;
  return { ...container, state: { ...container.state, message: before.state.message } };
}
