/** Which pods a quota charges: those that run or will, and those that end for as long as they were given to end. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import { parseTime } from '../model/time.ts';

/** A pod that hangs, as on a node that is lost, must not keep its user from replacing it. */
export function isChargedPod(pod: Pod, nowMs: number): boolean {
  if (isPodTerminal(pod)) return false;
  const freed = freedAtMs(pod);
  return freed === undefined || nowMs <= freed;
}

/** When a pod that is ending is charged no more, whatever becomes of it (Unix epoch): its grace once again. */
export function freedAtMs({ metadata }: Pod): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const deletedMs = deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp);
  if (deletedMs === undefined || deletionGracePeriodSeconds === undefined) return undefined;
  return deletedMs + deletionGracePeriodSeconds * 1000;
}
