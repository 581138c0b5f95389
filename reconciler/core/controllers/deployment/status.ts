/** A Deployment's counts and its Available condition. */
import type {
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { formatTime } from '../../model/time.ts';
import { type Rollout, allSets, availableOf, sizeOf, sum } from './rollout.ts';

/** Counts over all sets. Zeros are left out, as Kubernetes leaves them out. */
export function countedStatus(rollout: Rollout): DeploymentStatus {
  const sets = allSets(rollout);
  const available = sum(sets, availableOf);
  const counts = {
    replicas: sum(sets, (set) => set.status?.replicas ?? 0),
    updatedReplicas: rollout.newSet?.status?.replicas ?? 0,
    readyReplicas: sum(sets, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets, sizeOf) - available),
  };
  const collisions = rollout.deployment.status?.collisionCount;
  const terminating = terminatingOf(sets);
  return {
    observedGeneration: rollout.deployment.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
    conditions: withDeploymentCondition(
      rollout.deployment.status?.conditions ?? [],
      availability(rollout, available),
      rollout.nowMs,
    ),
  };
}

/** Pods on their way out; unknown while a set does not tell. */
function terminatingOf(sets: readonly ReplicaSet[]): number | undefined {
  if (sets.some((set) => set.status !== undefined && set.status.terminatingReplicas === undefined))
    return undefined;
  return sum(sets, (set) => set.status?.terminatingReplicas ?? 0);
}

/** The status with a failure of its sets to make pods, the new one's before the others'; without it once none fails. */
export function withReplicaFailure(status: DeploymentStatus, rollout: Rollout): DeploymentStatus {
  const { newSet, oldSets } = rollout;
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const [failure] = sets
    .flatMap((set) => set.status?.conditions ?? [])
    .filter(({ type }) => type === 'ReplicaFailure');
  const known = status.conditions ?? [];
  if (failure === undefined)
    return { ...status, conditions: known.filter(({ type }) => type !== 'ReplicaFailure') };
  const { lastTransitionTime, ...told } = failure;
  const same = known.find(({ type }) => type === failure.type);
  if (same !== undefined && same.status === told.status && same.reason === told.reason) return status;
  const times =
    lastTransitionTime === undefined ? {} : { lastTransitionTime, lastUpdateTime: lastTransitionTime };
  const others = known.filter(({ type }) => type !== failure.type);
  return { ...status, conditions: [...others, { ...told, ...times }] };
}

function availability(rollout: Rollout, available: number): DeploymentCondition {
  return available >= rollout.replicas - rollout.maxUnavailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Replaces the condition unless status and reason are the same: then its times stay. */
export function withDeploymentCondition(
  conditions: readonly DeploymentCondition[],
  next: DeploymentCondition,
  nowMs: number,
): readonly DeploymentCondition[] {
  const known = conditions.find((condition) => condition.type === next.type);
  if (known !== undefined && known.status === next.status && known.reason === next.reason) return conditions;
  return touchedDeploymentCondition(conditions, next, nowMs);
}

/** Replaces the condition in any case and marks it as updated now. */
export function touchedDeploymentCondition(
  conditions: readonly DeploymentCondition[],
  next: DeploymentCondition,
  nowMs: number,
): readonly DeploymentCondition[] {
  const now = formatTime(nowMs);
  const known = conditions.find((condition) => condition.type === next.type);
  const since = known?.status === next.status ? (known.lastTransitionTime ?? now) : now;
  const others = conditions.filter((condition) => condition.type !== next.type);
  return [...others, { ...next, lastUpdateTime: now, lastTransitionTime: since }];
}
