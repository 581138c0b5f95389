/** The scheduler's own mark on a pod that has to go for another: the condition that Kubernetes documents for it. */
import type { Pod, PodCondition } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { podCondition } from '../../model/pod-status.ts';

const reason = 'PreemptionByScheduler';

export function victimMark(schedulerName: string): PodCondition {
  const message = `${schedulerName}: preempting to accommodate a higher priority pod`;
  return { type: 'DisruptionTarget', status: 'True', reason, message };
}

export function isVictim(pod: Pod): boolean {
  const condition = podCondition(pod, 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason === reason;
}
