/**
 * When autoscalers were last looked at: loads are judged once in a period, whatever happens in between, so that a size
 * is not changed again before its effect can be measured.
 */
import type { HorizontalPodAutoscaler } from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import { sameJson } from '../../model/json.ts';

/** Kubernetes' --horizontal-pod-autoscaler-sync-period. */
export const syncPeriodMs = 15_000;

export interface Look {
  readonly atMs: number;
  /** By the clock that nobody sets. */
  readonly steadyMs: number;
  readonly autoscaler: HorizontalPodAutoscaler;
  /** Whether anything was to be written because of it. */
  readonly writes: boolean;
}

export class Looks {
  readonly #last = new Map<string, Look>();

  last(id: string): Look | undefined {
    return this.#last.get(id);
  }

  note(id: string, look: Look): void {
    this.#last.set(id, look);
  }

  forget(id: string): void {
    this.#last.delete(id);
  }
}

/** The look's writes were not committed: the autoscaler is still the one that was looked at. */
export function cameToNothing(look: Look, { metadata }: HorizontalPodAutoscaler): boolean {
  return look.writes && look.autoscaler.metadata.resourceVersion === metadata.resourceVersion;
}

/** Milliseconds until the autoscaler is due, 0 or less for now. */
export function dueInMs(
  look: Look | undefined,
  autoscaler: HorizontalPodAutoscaler,
  steadyMs: number,
): number {
  if (look === undefined || look.autoscaler.metadata.uid !== autoscaler.metadata.uid) return 0;
  if (cameToNothing(look, autoscaler) || !sameJson(look.autoscaler.spec, autoscaler.spec)) return 0;
  return look.steadyMs + syncPeriodMs - steadyMs;
}
