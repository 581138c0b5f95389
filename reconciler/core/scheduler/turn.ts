/** Which pods wait for the scheduler, and who goes first. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isPodActive } from '../model/pod-status.ts';
import { profileOf, type SchedulerConfiguration } from './profile.ts';

/** Not bound, not ending, and of a scheduler name that a profile answers for. */
export function waits(pod: Pod, configuration: SchedulerConfiguration): boolean {
  return (
    (pod.spec?.nodeName ?? '') === '' &&
    isPodActive(pod) &&
    profileOf(pod.spec?.schedulerName, configuration) !== undefined
  );
}

export function isGated(pod: Pod): boolean {
  return (pod.spec?.schedulingGates ?? []).length > 0;
}

/** Higher priority first, then the older, then by name. */
export function byTurn(left: Pod, right: Pod): number {
  const priority = (right.spec?.priority ?? 0) - (left.spec?.priority ?? 0);
  if (priority !== 0) return priority;
  const [a, b] = [left.metadata, right.metadata];
  const [older, younger] = [a.creationTimestamp ?? '', b.creationTimestamp ?? ''];
  if (older !== younger) return older < younger ? -1 : 1;
  const [one, other] = [`${a.namespace ?? ''}/${a.name ?? ''}`, `${b.namespace ?? ''}/${b.name ?? ''}`];
  return one < other ? -1 : one > other ? 1 : 0;
}
