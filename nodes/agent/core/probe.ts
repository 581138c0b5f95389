/** Startup, liveness and readiness probes: what they do, how often, and when a run of results is a verdict. */
import type { Container, Probe } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type CheckAction, checkActionOf } from './check-action.ts';

export const probeKinds = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof probeKinds)[number];

export interface ProbePlan {
  readonly kind: ProbeKind;
  readonly action: CheckAction;
  /** After the container's start. */
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** Kubernetes' defaults. */
const defaults = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  failureThreshold: 3,
  successThreshold: 1,
};

export function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  switch (kind) {
    case 'startup':
      return container.startupProbe;
    case 'liveness':
      return container.livenessProbe;
    case 'readiness':
      return container.readinessProbe;
  }
}

/** Whether the container's probe of that kind is one that can be carried out. */
export function hasProbe(container: Container, kind: ProbeKind): boolean {
  return probePlanOf(container, kind, '') !== undefined;
}

export function probePlanOf(container: Container, kind: ProbeKind, podIP: string): ProbePlan | undefined {
  const probe = probeOf(container, kind);
  const action = probe === undefined ? undefined : checkActionOf(probe, container, podIP);
  if (probe === undefined || action === undefined) return undefined;
  return {
    kind,
    action,
    initialDelayMs: (probe.initialDelaySeconds ?? defaults.initialDelaySeconds) * 1000,
    periodMs: (probe.periodSeconds ?? defaults.periodSeconds) * 1000,
    timeoutMs: (probe.timeoutSeconds ?? defaults.timeoutSeconds) * 1000,
    failureThreshold: probe.failureThreshold ?? defaults.failureThreshold,
    successThreshold: probe.successThreshold ?? defaults.successThreshold,
  };
}

/** Equal results in a row. */
export interface ProbeRun {
  readonly ok: boolean;
  readonly length: number;
}

export const noProbeRun: ProbeRun = { ok: true, length: 0 };

/** The run after one more result, and the verdict where it is long enough for one. */
export function judge(
  plan: ProbePlan,
  before: ProbeRun,
  ok: boolean,
): { readonly run: ProbeRun; readonly verdict: boolean | undefined } {
  const run: ProbeRun = { ok, length: before.ok === ok ? before.length + 1 : 1 };
  const needed = ok ? plan.successThreshold : plan.failureThreshold;
  return { run, verdict: run.length >= needed ? ok : undefined };
}

/** A server takes a moment to listen: a container that has just started is asked again after so long. */
const firstAgainMs = 250;

/**
 * How long after the begin of a probe the next one is due. Kubernetes lets readiness be asked about more often than
 * `periodSeconds` says until the container is ready, so that nobody waits a period for a server that came up a
 * moment after its first probe: ever more slowly here, and from the first success on as the period says.
 */
export function nextProbeAfterMs(plan: ProbePlan, run: ProbeRun, wasReady: boolean): number {
  if (plan.kind !== 'readiness' || wasReady || run.ok) return plan.periodMs;
  return Math.min(plan.periodMs, firstAgainMs * 2 ** Math.max(0, run.length - 1));
}
