/** Probes the running containers of all pods and hands verdicts to their workers. */
import type { Container as PodContainer } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ProbeVerdict } from '../core/pod-state.ts';
import type { Checks, Clock } from '../core/ports.ts';
import {
  judge,
  nextProbeAfterMs,
  noProbeRun,
  probeKinds,
  type ProbeKind,
  type ProbePlan,
  probePlanOf,
  type ProbeRun,
} from '../core/probe.ts';
import type { Container } from '../core/runtime-model.ts';
import type { PodWorker } from './pod-worker.ts';

const titles: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

interface Watched {
  readonly worker: PodWorker;
  readonly container: Container;
  readonly hasStartup: boolean;
  readonly runs: Map<ProbeKind, ProbeRun>;
  readonly cancels: Map<ProbeKind, () => void>;
  verdict: ProbeVerdict;
  /** Readiness has been found once since the container started. */
  wasReady: boolean;
}

export class Prober {
  readonly #checks: Checks;
  readonly #clock: Clock;
  /** By pod, and by container id. */
  readonly #watched = new Map<PodWorker, Map<string, Watched>>();

  constructor(checks: Checks, clock: Clock) {
    this.#checks = checks;
    this.#clock = clock;
  }

  /** Begins to probe what runs and has probes, and ends for what does not run any more. Called after every plan. */
  follow(worker: PodWorker): void {
    const definitions = [
      ...(worker.pod?.spec?.containers ?? []),
      ...(worker.pod?.spec?.initContainers ?? []),
    ];
    const running = worker.containers.filter(({ state }) => state.type === 'running');
    for (const id of this.#watched.get(worker)?.keys() ?? []) {
      if (!running.some((container) => container.id === id)) this.#forget(worker, id);
    }
    for (const container of running) {
      const definition = definitions.find(({ name }) => name === container.name);
      const isWatched = this.#watched.get(worker)?.has(container.id) === true;
      if (definition !== undefined && !isWatched) this.#begin(worker, container, definition);
    }
  }

  /** The pod has no containers any more. */
  leave(worker: PodWorker): void {
    for (const id of this.#watched.get(worker)?.keys() ?? []) this.#forget(worker, id);
  }

  stop(): void {
    for (const worker of this.#watched.keys()) this.leave(worker);
  }

  #forget(worker: PodWorker, id: string): void {
    const ofPod = this.#watched.get(worker);
    for (const cancel of ofPod?.get(id)?.cancels.values() ?? []) cancel();
    ofPod?.delete(id);
    if (ofPod?.size === 0) this.#watched.delete(worker);
  }

  #begin(worker: PodWorker, container: Container, definition: PodContainer): void {
    const plans = probeKinds.flatMap((kind) => probePlanOf(definition, kind, worker.podIP) ?? []);
    if (plans.length === 0 || container.state.type !== 'running') return;
    const hasStartup = plans.some(({ kind }) => kind === 'startup');
    const verdict = { containerId: container.id, started: undefined, ready: undefined, unhealthy: undefined };
    const watched: Watched = {
      worker,
      container,
      hasStartup,
      runs: new Map(),
      cancels: new Map(),
      verdict,
      wasReady: false,
    };
    const ofPod = this.#watched.get(worker) ?? new Map<string, Watched>();
    this.#watched.set(worker, ofPod.set(container.id, watched));
    for (const plan of plans) {
      const dueMs = container.state.startedAtMs + plan.initialDelayMs;
      this.#schedule(watched, plan, Math.max(0, dueMs - this.#clock.now()));
    }
  }

  #schedule(watched: Watched, plan: ProbePlan, delayMs: number): void {
    watched.cancels.set(
      plan.kind,
      this.#clock.after(delayMs, () => void this.#probe(watched, plan)),
    );
  }

  /** A probe that is still running when the next is due delays it: two of a kind never run side by side. */
  async #probe(watched: Watched, plan: ProbePlan): Promise<void> {
    const begunMs = this.#clock.now();
    if (this.#isDue(watched, plan.kind)) {
      const result = await this.#checks
        .run(plan.action, watched.container.id, plan.timeoutMs)
        .catch((error: unknown) => ({ ok: false, output: String(error) }));
      if (this.#watched.get(watched.worker)?.get(watched.container.id) !== watched) return;
      this.#take(watched, plan, result.ok, result.output);
    }
    if (plan.kind === 'startup' && watched.verdict.started === true) return;
    const run = watched.runs.get(plan.kind) ?? noProbeRun;
    const dueMs = begunMs + nextProbeAfterMs(plan, run, watched.wasReady);
    this.#schedule(watched, plan, Math.max(0, dueMs - this.#clock.now()));
  }

  /** The others wait for the startup probe; whether a pod that ends is alive or has started matters no more. */
  #isDue({ worker, verdict, hasStartup }: Watched, kind: ProbeKind): boolean {
    const isEnding = worker.pod?.metadata.deletionTimestamp !== undefined;
    if (kind === 'startup') return !isEnding;
    if (hasStartup && verdict.started !== true) return false;
    return kind === 'readiness' || !isEnding;
  }

  #take(watched: Watched, plan: ProbePlan, ok: boolean, output: string): void {
    const { worker, container } = watched;
    if (!ok)
      worker.tell('Warning', 'Unhealthy', `${titles[plan.kind]} probe failed: ${output}`, container.name);
    const { run, verdict } = judge(plan, watched.runs.get(plan.kind) ?? noProbeRun, ok);
    watched.runs.set(plan.kind, run);
    if (plan.kind === 'readiness' && ok) watched.wasReady = true;
    if (verdict === undefined) return;
    const next = verdictAfter(watched.verdict, plan.kind, verdict, container.name);
    if (JSON.stringify(next) === JSON.stringify(watched.verdict)) return;
    watched.verdict = next;
    worker.setProbe(container.name, next);
  }
}

function verdictAfter(before: ProbeVerdict, kind: ProbeKind, ok: boolean, name: string): ProbeVerdict {
  switch (kind) {
    case 'readiness':
      return { ...before, ready: ok };
    case 'startup':
      return ok ? { ...before, started: true } : { ...before, unhealthy: unhealthyBy(kind, name) };
    case 'liveness':
      return ok ? before : { ...before, unhealthy: unhealthyBy(kind, name) };
  }
}

function unhealthyBy(probe: 'startup' | 'liveness', name: string): ProbeVerdict['unhealthy'] {
  return { probe, why: `Container ${name} failed ${probe} probe, will be restarted` };
}
