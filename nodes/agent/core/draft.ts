/** A plan while its steps are being taken; it never leaves the planning of one pod. */
import { retryAtMs } from './failure.ts';
import { type EventDraft, type Operation, operationKey } from './operation.ts';
import type { PodInput } from './pod-state.ts';

export interface Draft {
  readonly input: PodInput;
  readonly operations: Operation[];
  readonly events: EventDraft[];
  wakeAtMs: number | undefined;
}

/** Adds an operation unless it is in flight, or has failed and its time has not come. */
export function propose(draft: Draft, operation: Operation): void {
  const { observed, nowMs } = draft.input;
  const key = operationKey(operation);
  if (observed.inFlight.some((other) => operationKey(other) === key && !isHastened(other, operation))) return;
  const failure = observed.failures.get(key);
  if (failure !== undefined && retryAtMs(failure) > nowMs) return wakeAt(draft, retryAtMs(failure));
  draft.operations.push(operation);
}

export function wakeAt(draft: Draft, atMs: number): void {
  draft.wakeAtMs = Math.min(draft.wakeAtMs ?? atMs, atMs);
}

/** Whether an operation of that type is in flight for this pod. */
export function inFlight(input: PodInput, type: Operation['type']): boolean {
  return input.observed.inFlight.some((operation) => operation.type === type);
}

/** A stop with less grace than the one under way is asked for beside it. */
function isHastened(before: Operation, now: Operation): boolean {
  return (
    before.type === 'stop-container' &&
    now.type === 'stop-container' &&
    now.graceSeconds < before.graceSeconds
  );
}
