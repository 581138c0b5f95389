/** What is observed of one pod; it changes by operations, events and listings. */
import type { PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { HostPort } from '../core/host-port.ts';
import { type Operation, operationKey } from '../core/operation.ts';
import type { Failure, ImageState, ObservedPod, ProbeVerdict } from '../core/pod-state.ts';
import type { PodRecord } from '../core/ports.ts';
import type { Container, Sandbox } from '../core/runtime-model.ts';
import type { VolumeSpec } from '../core/volume-spec.ts';
import type { OperationFailed, Outcome } from './outcome.ts';

/** Operations that leave a folder behind, whatever comes of them. */
const makesFiles: ReadonlySet<Operation['type']> = new Set(['prepare-volumes', 'start-container']);

export class Observation {
  sandboxes: readonly Sandbox[] = [];
  containers: readonly Container[] = [];
  status: PodStatus | undefined;
  readonly startTimeMs: number;
  #hasFiles: boolean;
  readonly #images = new Map<string, ImageState>();
  readonly #failures = new Map<string, Failure>();
  readonly #probes = new Map<string, ProbeVerdict>();
  #inFlight: readonly Operation[] = [];
  #preparedVolumes: readonly VolumeSpec[] | undefined;
  #publishedPorts: readonly HostPort[] = [];
  #version = 0;
  #evicted: string | undefined;

  constructor(record: PodRecord | undefined, nowMs: number) {
    this.status = record?.status;
    this.startTimeMs = record === undefined || record.startTimeMs === 0 ? nowMs : record.startTimeMs;
    this.#hasFiles = record !== undefined;
  }

  /** Grows with each change but a listing's, so that a listing begun before one is known to be stale. */
  get version(): number {
    return this.#version;
  }

  /** What is being removed must not be written to. */
  get mayWriteFiles(): boolean {
    return this.#hasFiles && !this.#inFlight.some(({ type }) => type === 'remove-files');
  }

  holds(id: string): boolean {
    return (
      this.containers.some((container) => container.id === id) ||
      this.sandboxes.some((sandbox) => sandbox.id === id)
    );
  }

  /** Whether the folder of this persistent volume has been made ready for the pod. */
  hasVolume(volumeName: string): boolean {
    return (this.#preparedVolumes ?? []).some(
      (volume) => volume.type === 'provisioned' && volume.volumeName === volumeName,
    );
  }

  imageFailures(container: string): number {
    const state = this.#images.get(container);
    return state?.type === 'missing' ? state.failures : 0;
  }

  /** A whole listing, begun when `version` was current; not believed where it may be half or stale. */
  list(sandboxes: readonly Sandbox[], containers: readonly Container[], version: number): void {
    const isMaking = this.#inFlight.some(({ type }) => type === 'run-sandbox' || type === 'start-container');
    if (version !== this.#version || isMaking) return;
    const known = new Map(this.containers.map((container) => [container.id, container]));
    this.sandboxes = sortSandboxes(sandboxes);
    this.containers = sortContainers(
      containers.map((container) => keepMessage(container, known.get(container.id))),
    );
  }

  setContainer(container: Container): void {
    this.#version++;
    const before = this.containers.find(({ id }) => id === container.id);
    const others = this.containers.filter(({ id }) => id !== container.id);
    this.containers = sortContainers([...others, keepMessage(container, before)]);
  }

  setSandbox(sandbox: Sandbox): void {
    this.#version++;
    this.sandboxes = sortSandboxes([...this.sandboxes.filter(({ id }) => id !== sandbox.id), sandbox]);
  }

  forget(id: string): void {
    this.#version++;
    this.sandboxes = this.sandboxes.filter((sandbox) => sandbox.id !== id);
    this.containers = this.containers.filter(
      (container) => container.id !== id && container.sandboxId !== id,
    );
  }

  forgetMissingImages(): void {
    for (const [container, state] of this.#images) {
      if (state.type === 'missing') this.#images.delete(container);
    }
  }

  setProbe(container: string, verdict: ProbeVerdict): void {
    this.#probes.set(container, verdict);
  }

  evict(message: string): void {
    this.#evicted ??= message;
  }

  began(operation: Operation): void {
    this.#version++;
    this.#inFlight = [...this.#inFlight, operation];
    if (makesFiles.has(operation.type)) this.#hasFiles = true;
  }

  settled(operation: Operation, outcome: Outcome): void {
    this.#ended(operation);
    this.#failures.delete(operationKey(operation));
    this.#take(outcome);
  }

  failed(operation: Operation, { reason, message, outcome }: OperationFailed, nowMs: number): void {
    this.#ended(operation);
    const key = operationKey(operation);
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    this.#failures.set(key, { reason, message, count, failedAtMs: nowMs });
    if (outcome !== undefined) this.#take(outcome);
  }

  asInput(): ObservedPod {
    return {
      sandboxes: this.sandboxes,
      containers: this.containers,
      images: this.#images,
      preparedVolumes: this.#preparedVolumes,
      publishedPorts: this.#publishedPorts,
      failures: this.#failures,
      inFlight: this.#inFlight,
      probes: this.#probes,
      previous: this.status,
      startTimeMs: this.startTimeMs,
      hasFiles: this.#hasFiles,
      evicted: this.#evicted,
    };
  }

  #ended(operation: Operation): void {
    this.#version++;
    this.#inFlight = this.#inFlight.filter((other) => other !== operation);
    // The next start looks for its image again: it may have gone, or have to be pulled each time.
    if (operation.type === 'start-container') this.#images.delete(operation.spec.name);
  }

  #take(outcome: Outcome): void {
    switch (outcome.type) {
      case 'volumes':
        this.#preparedVolumes = outcome.volumes;
        return;
      case 'sandbox':
        return this.setSandbox(outcome.sandbox);
      case 'container':
        return this.setContainer(outcome.container);
      case 'sandbox-gone':
      case 'container-gone':
        return this.forget(outcome.id);
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
}

function sortSandboxes(sandboxes: readonly Sandbox[]): readonly Sandbox[] {
  return sandboxes.toSorted((a, b) => b.attempt - a.attempt);
}

function sortContainers(containers: readonly Container[]): readonly Container[] {
  return containers.toSorted((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs);
}

/** The termination message is read once, when the container ends; listings do not know it. */
function keepMessage(container: Container, before: Container | undefined): Container {
  const { state } = container;
  if (state.type !== 'exited' || before?.state.type !== 'exited' || state.message !== '') return container;
  return { ...container, state: { ...state, message: before.state.message } };
}
