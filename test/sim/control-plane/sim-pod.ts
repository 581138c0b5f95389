/**
 * One pod on a simulated host: its containers start, become ready, end, and are started again with the kubelet's waits.
 * It tells its status whenever that changes, as a level.
 */
import type { Pod, PodCondition, PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import { formatTime } from '../../../reconciler/core/model/time.ts';
import { containerStatus, type SimContainer } from './sim-container.ts';
import { type Course, courseOf, isPullable } from './behaviour.ts';
import type { Clock } from '../../../reconciler/core/ports.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The kubelet's waits before a container is started again, and before an image is asked for again. */
const backoffFirstMs = 10_000;
const backoffMaxMs = 300_000;

export interface PodSurroundings {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly isCalm: () => boolean;
  readonly hostIP: string;
  /** Its address; undefined while the host has no range of addresses or lacks a volume of the pod. */
  readonly address: () => string | undefined;
  readonly changed: () => void;
}

export class SimPod {
  pod: Pod;
  readonly #around: PodSurroundings;
  readonly #containers: readonly SimContainer[];
  readonly #startTime: string;
  readonly #transitions = new Map<string, { readonly status: string; readonly at: string }>();
  #address: string | undefined;
  #ended: 'Succeeded' | 'Failed' | undefined;
  #stopping = false;
  /** Raised when the host goes down: what was planned before does not happen. */
  #life = 0;
  isGone = false;

  constructor(pod: Pod, around: PodSurroundings) {
    this.pod = pod;
    this.#around = around;
    this.#startTime = formatTime(around.clock.now());
    this.#containers = (pod.spec?.containers ?? []).map((definition) => ({
      definition,
      state: 'waiting',
      waitingReason: 'ContainerCreating',
      ready: false,
      restarts: 0,
      startedAt: '',
      last: undefined,
      exitCode: 0,
      turn: 0,
    }));
    this.#soon(around.random.between(50, 1_500), () => this.#begin());
  }

  get address(): string | undefined {
    return this.#address;
  }

  /** Whether any of its processes may be alive. */
  get isRunning(): boolean {
    return !this.isGone && this.#containers.some(({ state }) => state === 'running');
  }

  /** What the reconciler says of it now. */
  update(pod: Pod): void {
    const before = this.pod;
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.stop();
    else if (pod.metadata.generation !== before.metadata.generation) this.#around.changed();
  }

  /** Its containers are asked to end; it is gone when they have. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const graceMs = (this.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    this.#soon(this.#around.random.between(10, Math.max(10, Math.min(graceMs, 4_000))), () => {
      for (const container of this.#containers) if (container.state === 'running') this.#end(container, 143);
      this.#finish();
      this.isGone = true;
      this.#around.changed();
    });
  }

  /** The host went down: nothing of it runs any more, and nothing happens until `boot`. */
  crash(): void {
    this.#life += 1;
    for (const container of this.#containers) {
      container.turn += 1;
      if (container.state === 'running') this.#end(container, 255);
    }
  }

  /** The host is up again. */
  boot(): void {
    if (this.#stopping) {
      this.#stopping = false;
      return this.stop();
    }
    if (this.#ended !== undefined) return;
    this.#address = undefined;
    for (const container of this.#containers) this.#afterEnd(container);
    this.#around.changed();
    this.#soon(this.#around.random.between(50, 1_500), () => this.#begin());
  }

  /** Waits after failures end now. */
  forgive(): void {
    this.#soon(1_000, () => this.#begin());
  }

  /** A container says that it is not ready, for a while. */
  waver(): void {
    const container = this.#containers.find(({ ready }) => ready);
    if (container === undefined) return;
    container.ready = false;
    this.#around.changed();
    this.#later(container, this.#around.random.between(500, 10_000), () => {
      container.ready = true;
      this.#around.changed();
    });
  }

  /** A container ends by itself. */
  exit(code: number): void {
    const container = this.#containers.find(({ state }) => state === 'running');
    if (container !== undefined) this.#exited(container, code);
  }

  status(): PodStatus {
    const phase = this.#phase();
    const address = phase === 'Pending' && !this.isRunning ? undefined : this.#address;
    const { generation } = this.pod.metadata;
    return {
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase,
      conditions: this.#conditions(phase),
      hostIP: this.#around.hostIP,
      hostIPs: [{ ip: this.#around.hostIP }],
      ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] }),
      startTime: this.#startTime,
      containerStatuses: this.#containers.map(containerStatus),
    };
  }

  /** Once there are addresses and volumes, every container that is not on its way starts. */
  #begin(): void {
    if (this.#stopping || this.#ended !== undefined) return;
    this.#address ??= this.#around.address();
    if (this.#address === undefined) return this.#soon(1_000, () => this.#begin());
    for (const container of this.#containers) if (container.state === 'waiting') this.#start(container, 0);
  }

  #start(container: SimContainer, pulls: number): void {
    if (this.#stopping || container.state !== 'waiting') return;
    const { random, isCalm, clock, changed } = this.#around;
    const { image = '' } = container.definition;
    if (!isPullable(image, isCalm())) {
      container.waitingReason = pulls % 2 === 0 ? 'ErrImagePull' : 'ImagePullBackOff';
      changed();
      const waitMs = Math.min(backoffFirstMs * 2 ** pulls, backoffMaxMs);
      return this.#later(container, waitMs, () => this.#start(container, pulls + 1));
    }
    const course = courseOf(image, random, isCalm());
    container.turn += 1;
    container.state = 'running';
    container.startedAt = formatTime(clock.now());
    changed();
    this.#follow(container, course);
  }

  #follow(container: SimContainer, { readyAfterMs, endsAfterMs, exitCode }: Course): void {
    if (endsAfterMs === undefined || readyAfterMs < endsAfterMs) {
      this.#later(container, readyAfterMs, () => {
        container.ready = true;
        this.#around.changed();
      });
    }
    if (endsAfterMs !== undefined)
      this.#later(container, endsAfterMs, () => this.#exited(container, exitCode));
  }

  #exited(container: SimContainer, exitCode: number): void {
    this.#end(container, exitCode);
    this.#afterEnd(container);
    this.#around.changed();
  }

  #end(container: SimContainer, exitCode: number): void {
    const now = formatTime(this.#around.clock.now());
    container.turn += 1;
    container.state = 'ended';
    container.ready = false;
    container.exitCode = exitCode;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    container.last = { terminated: { exitCode, reason, startedAt: container.startedAt, finishedAt: now } };
  }

  /** Starts it again where the restart policy says so; otherwise the pod may be over. */
  #afterEnd(container: SimContainer): void {
    if (container.state !== 'ended') return;
    const policy = this.pod.spec?.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && container.exitCode === 0)) return this.#finish();
    container.state = 'waiting';
    container.waitingReason = 'CrashLoopBackOff';
    const waitMs = Math.min(backoffFirstMs * 2 ** Math.min(container.restarts, 5), backoffMaxMs);
    container.restarts += 1;
    this.#later(container, waitMs, () => this.#start(container, 0));
  }

  #finish(): void {
    if (this.#ended !== undefined) return;
    if (this.#containers.some(({ state }) => state === 'running')) return;
    const over = this.#stopping || this.#containers.every(({ state }) => state === 'ended');
    if (!over || !this.#containers.some(({ last }) => last !== undefined)) return;
    const sound = this.#containers.every(({ state, exitCode }) => state === 'ended' && exitCode === 0);
    this.#ended = sound ? 'Succeeded' : 'Failed';
  }

  #phase(): string {
    if (this.#ended !== undefined) return this.#ended;
    return this.#containers.every(({ state, last }) => state === 'waiting' && last === undefined)
      ? 'Pending'
      : 'Running';
  }

  #conditions(phase: string): readonly PodCondition[] {
    const ready = phase === 'Running' && this.#containers.every((container) => container.ready);
    const readiness = ready
      ? { status: 'True' }
      : {
          status: 'False',
          ...(phase === 'Succeeded'
            ? { reason: 'PodCompleted' }
            : { reason: 'ContainersNotReady', message: 'containers with unready status' }),
        };
    return [
      this.#condition({ type: 'ContainersReady', ...readiness }),
      this.#condition({ type: 'Initialized', status: 'True' }),
      this.#condition({
        type: 'PodReadyToStartContainers',
        status: this.#address === undefined ? 'False' : 'True',
      }),
      this.#condition({ type: 'PodScheduled', status: 'True' }),
      this.#condition({ type: 'Ready', ...readiness }),
    ];
  }

  #condition(draft: Pick<PodCondition, 'type' | 'status'> & Partial<PodCondition>): PodCondition {
    const known = this.#transitions.get(draft.type);
    const at = known?.status === draft.status ? known.at : formatTime(this.#around.clock.now());
    this.#transitions.set(draft.type, { status: draft.status, at });
    return { ...draft, lastTransitionTime: at };
  }

  #later(container: SimContainer, delayMs: number, run: () => void): void {
    const { turn } = container;
    this.#soon(delayMs, () => {
      if (container.turn === turn && !this.isGone) run();
    });
  }

  #soon(delayMs: number, run: () => void): void {
    const life = this.#life;
    this.#around.clock.after(delayMs, () => {
      if (this.#life === life) run();
    });
  }
}
