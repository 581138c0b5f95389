/** How long a failed daemon pod stays before it is replaced: longer with each that fails after it on the same node. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { podCondition } from '../../model/pod-status.ts';
import { parseTime } from '../../model/time.ts';
import { failuresAnnotation } from './daemon-pod.ts';

/** As kube-controller-manager's: doubling from a second to a quarter of an hour, and forgotten after twice that. */
const backoffFirstMs = 1000;
const backoffMaxMs = 900_000;

/** Failures in a row up to and with this pod's. */
export function failuresWith(pod: Pod): number {
  return failuresBefore(pod) + 1;
}

function failuresBefore(pod: Pod): number {
  const text = pod.metadata.annotations?.[failuresAnnotation] ?? '';
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  const lived = failedAtMs(pod) - (timeOf(pod.metadata.creationTimestamp) ?? 0);
  return lived > 2 * backoffMaxMs ? 0 : count;
}

/** Milliseconds until the failed pod may be replaced; the first in a row is replaced at once. */
export function replaceableInMs(pod: Pod, nowMs: number): number {
  const before = failuresBefore(pod);
  if (before === 0) return 0;
  const waitMs = Math.min(backoffFirstMs * 2 ** (before - 1), backoffMaxMs);
  return Math.max(0, failedAtMs(pod) + waitMs - nowMs);
}

/** When it failed, as far as it tells. */
function failedAtMs(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) =>
    timeOf(state?.terminated?.finishedAt),
  );
  const known = [...ends, timeOf(podCondition(pod, 'Ready')?.lastTransitionTime)].filter(
    (time) => time !== undefined,
  );
  return known.length > 0 ? Math.max(...known) : (timeOf(pod.metadata.creationTimestamp) ?? 0);
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(text);
}
