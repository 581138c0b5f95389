/** One pod on a simulated host: operations take effect at once, time and exits come from the test. Pure. */
import type { Pod, PodStatus } from '../../schemas/kubernetes/types/core-v1.ts';
import { memoFromAnnotations } from '../../nodes/agent/core/container-spec.ts';
import { type Operation, operationKey } from '../../nodes/agent/core/operation.ts';
import { planPod } from '../../nodes/agent/core/plan-pod.ts';
import type {
  Failure,
  HostFacts,
  ImageState,
  ObservedPod,
  PodInput,
} from '../../nodes/agent/core/pod-state.ts';
import { statusOf } from '../../nodes/agent/core/pod-status.ts';
import type { HostPort } from '../../nodes/agent/core/host-port.ts';
import type { Container, ContainerState, Sandbox } from '../../nodes/agent/core/runtime-model.ts';
import { sourcesOf } from '../../nodes/agent/core/host-sources.ts';
import type { PodSources } from '../../nodes/agent/core/sources.ts';
import type { VolumeSpec } from '../../nodes/agent/core/volume-spec.ts';

/** No real pod needs so many plans without time passing. */
const plansMax = 200;

export const simulatedHost: HostFacts = {
  nodeName: 'node-a',
  hostIPs: ['192.0.2.1'],
  cpus: 2,
  memoryBytes: 4 * 1024 ** 3,
  dns: { servers: ['192.0.2.53'], searches: [], options: [] },
  networkReady: true,
};

export function secondsText(ms: number): string {
  return `t${String(Math.floor(ms / 1000))}`;
}

export class PodWorld {
  nowMs = 0;
  pod: Pod | undefined;
  host = simulatedHost;
  sources: PodSources = sourcesOf(
    () => new Map(),
    () => false,
  );
  /** Images that are on the host; `undefined` has all. */
  images: ReadonlySet<string> | undefined;
  sandboxes: readonly Sandbox[] = [];
  containers: readonly Container[] = [];
  publishedPorts: readonly HostPort[] = [];
  preparedVolumes: readonly VolumeSpec[] | undefined;
  status: PodStatus | undefined;
  gone = false;
  readonly failures = new Map<string, Failure>();
  /** What was done and told, one line each. */
  readonly trace: string[] = [];
  readonly #uid: string;
  readonly #imageStates = new Map<string, ImageState>();
  #told = new Set<string>();
  #hasFiles = false;
  #count = 0;

  constructor(pod: Pod) {
    this.pod = pod;
    this.#uid = pod.metadata.uid ?? '';
  }

  get observed(): ObservedPod {
    return {
      sandboxes: this.sandboxes,
      containers: this.containers,
      images: this.#imageStates,
      preparedVolumes: this.preparedVolumes,
      publishedPorts: this.publishedPorts,
      failures: this.failures,
      inFlight: [],
      probes: new Map(),
      previous: this.status,
      startTimeMs: 0,
      hasFiles: this.#hasFiles,
    };
  }

  input(observed: ObservedPod = this.observed): PodInput {
    const ref = { uid: this.#uid, namespace: 'default', name: 'web' };
    return { ref, pod: this.pod, sources: this.sources, host: this.host, observed, nowMs: this.nowMs };
  }

  /** Plans and carries out until there is nothing to do; gives when to look again. */
  settle(): number | undefined {
    for (let count = 0; count < plansMax; count++) {
      const plan = planPod(this.input());
      this.#tell(plan.events.map((event) => [event.key, `${event.reason}: ${event.message}`]));
      this.#report();
      this.gone = plan.gone;
      if (plan.operations.length === 0) return plan.wakeAtMs;
      for (const operation of plan.operations) this.#carryOut(operation);
    }
    throw new Error(`still not settled:\n${this.trace.slice(-20).join('\n')}`);
  }

  /** Settles, lets time pass up to `untilMs`, and wakes whenever the plans ask for it. */
  runUntil(untilMs: number): void {
    for (;;) {
      const wakeAtMs = this.settle();
      if (wakeAtMs === undefined || wakeAtMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs + 1, wakeAtMs);
    }
    this.nowMs = untilMs;
    this.settle();
  }

  running(name: string): Container | undefined {
    return this.containers.find((container) => container.name === name && container.state.type === 'running');
  }

  /** A container ends by itself. */
  exit(name: string, exitCode: number): void {
    const container = this.running(name);
    if (container !== undefined) this.#end(container, exitCode);
  }

  /** The sandbox dies with all that is in it, as when the host reboots. */
  crashSandbox(): void {
    for (const container of this.containers)
      if (container.state.type === 'running') this.#end(container, 255);
    this.sandboxes = this.sandboxes.map((sandbox) => ({ ...sandbox, ready: false }));
  }

  delete(graceSeconds: number): void {
    if (this.pod === undefined) return;
    const metadata = {
      ...this.pod.metadata,
      deletionTimestamp: secondsText(this.nowMs),
      deletionGracePeriodSeconds: graceSeconds,
    };
    this.pod = { ...this.pod, metadata };
  }

  #report(): void {
    if (this.pod !== undefined) this.status = statusOf(this.input(), this.pod, secondsText);
  }

  #tell(events: readonly (readonly [key: string, text: string])[]): void {
    for (const [key, text] of events) if (!this.#told.has(key)) this.#note(`event ${text}`);
    this.#told = new Set(events.map(([key]) => key));
  }

  #note(text: string): void {
    this.trace.push(`${secondsText(this.nowMs)} ${text}`);
  }

  #carryOut(operation: Operation): void {
    this.#note(describe(operation));
    switch (operation.type) {
      case 'prepare-volumes':
        this.preparedVolumes = operation.volumes;
        this.#hasFiles = true;
        return;
      case 'run-sandbox':
        this.sandboxes = [
          this.#newSandbox(operation.spec.attempt, operation.spec.hostNetwork),
          ...this.sandboxes,
        ];
        return;
      case 'ensure-image':
        return this.#ensureImage(operation.container, operation.image);
      case 'start-container':
        this.#imageStates.delete(operation.spec.name);
        this.containers = [this.#newContainer(operation), ...this.containers];
        return;
      case 'stop-container': {
        const container = this.containers.find(({ id }) => id === operation.id);
        if (container?.state.type === 'running') this.#end(container, 143);
        return;
      }
      case 'remove-container':
        this.containers = this.containers.filter(({ id }) => id !== operation.id);
        return;
      case 'stop-sandbox':
        this.sandboxes = this.sandboxes.map((sandbox) =>
          sandbox.id === operation.id ? { ...sandbox, ready: false } : sandbox,
        );
        return;
      case 'remove-sandbox':
        this.sandboxes = this.sandboxes.filter(({ id }) => id !== operation.id);
        this.containers = this.containers.filter(({ sandboxId }) => sandboxId !== operation.id);
        return;
      case 'publish-ports':
        this.publishedPorts = operation.ports;
        return;
      case 'remove-files':
        this.#hasFiles = false;
        this.preparedVolumes = undefined;
    }
  }

  #ensureImage(container: string, name: string): void {
    const before = this.#imageStates.get(container);
    if (this.images === undefined || this.images.has(name)) {
      const image = { id: 'sha256:1', names: [name], sizeBytes: 1, uid: 0, username: '' };
      this.#imageStates.set(container, { type: 'present', image });
      return;
    }
    const failures = before?.type === 'missing' ? before.failures + 1 : 1;
    const state: ImageState = {
      type: 'missing',
      reason: 'ErrImagePull',
      message: 'no such image',
      failures,
      failedAtMs: this.nowMs,
    };
    this.#imageStates.set(container, state);
  }

  #newSandbox(attempt: number, hostNetwork: boolean): Sandbox {
    const ips = hostNetwork ? [] : [`10.0.0.${String(attempt + 1)}`];
    const id = `sandbox-${String(this.#count++)}`;
    return {
      id,
      podUid: this.#uid,
      namespace: 'default',
      podName: 'web',
      attempt,
      ready: true,
      createdAtMs: this.nowMs,
      ips,
      hostNetwork,
    };
  }

  #newContainer({ spec, sandboxId }: Extract<Operation, { type: 'start-container' }>): Container {
    return {
      id: `container-${String(this.#count++)}`,
      sandboxId,
      podUid: this.#uid,
      name: spec.name,
      attempt: spec.attempt,
      state: { type: 'running', startedAtMs: this.nowMs },
      createdAtMs: this.nowMs,
      image: spec.image,
      imageId: 'sha256:1',
      memo: memoFromAnnotations(spec.annotations),
    };
  }

  #end(ended: Container, exitCode: number): void {
    const startedAtMs = ended.state.type === 'running' ? ended.state.startedAtMs : 0;
    const state: ContainerState = {
      type: 'exited',
      startedAtMs,
      finishedAtMs: this.nowMs,
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      message: '',
    };
    this.containers = this.containers.map((container) =>
      container.id === ended.id ? { ...container, state } : container,
    );
  }
}

function describe(operation: Operation): string {
  switch (operation.type) {
    case 'ensure-image':
    case 'remove-container':
      return `${operation.type} ${operation.container}`;
    case 'start-container':
      return `start-container ${operation.spec.name} attempt ${String(operation.spec.attempt)} in ${operation.sandboxId}`;
    case 'stop-container':
      return `stop-container ${operation.container} grace ${String(operation.graceSeconds)}`;
    case 'publish-ports':
      return `publish-ports ${operation.ports.map(({ hostPort }) => String(hostPort)).join()}`.trim();
    case 'prepare-volumes':
    case 'run-sandbox':
    case 'stop-sandbox':
    case 'remove-sandbox':
    case 'remove-files':
      return operationKey(operation);
  }
}
