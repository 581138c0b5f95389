/** A Deployment's Progressing condition: whether its rollout gets on, has ended, or is past its deadline. */
import type { DeploymentCondition, DeploymentStatus } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { parseTime } from '../../model/time.ts';
import { type Rollout, nameOf } from './rollout.ts';
import {
  countedStatus,
  touchedDeploymentCondition,
  withDeploymentCondition,
  withReplicaFailure,
} from './status.ts';

/** kubectl's and Kubernetes' way to say "no deadline". */
const noDeadlineSeconds = 2_147_483_647;

type Progress = Pick<DeploymentCondition, 'status' | 'reason' | 'message'>;

/** The status after a planning that neither pauses nor merely resizes; `created` names a set made by the same plan. */
export function rolloutStatus(rollout: Rollout, created: string | undefined): DeploymentStatus {
  return withReplicaFailure(progressedStatus(rollout, created), rollout);
}

/** The status after the API refused the new set: the rollout cannot begin. */
export function refusedStatus(rollout: Rollout, name: string, why: string): DeploymentStatus {
  const counted = countedStatus(rollout);
  if (!hasDeadline(rollout)) return counted;
  const message = `Failed to create new replica set "${name}": ${why}`;
  const known = progressing(counted);
  if (known?.reason === 'ReplicaSetCreateError' && known.status === 'False') return counted;
  return withProgress(counted, { status: 'False', reason: 'ReplicaSetCreateError', message }, rollout);
}

function progressedStatus(rollout: Rollout, created: string | undefined): DeploymentStatus {
  const counted = countedStatus(rollout);
  if (!hasDeadline(rollout)) return { ...counted, conditions: others(counted) };
  const known = progressing(rollout.deployment.status);
  if (created !== undefined) {
    return withProgress(
      counted,
      { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${created}"` },
      rollout,
    );
  }
  if (isSettled(counted, known)) return counted;
  const found: Progress | undefined =
    known === undefined && rollout.newSet !== undefined
      ? {
          status: 'True',
          reason: 'FoundNewReplicaSet',
          message: `Found new replica set "${nameOf(rollout.newSet)}"`,
        }
      : undefined;
  const judged = judge(rollout, counted, known);
  if (judged?.reason === 'ReplicaSetUpdated') {
    const conditions = touchedDeploymentCondition(
      counted.conditions ?? [],
      { type: 'Progressing', ...judged },
      rollout.nowMs,
    );
    return { ...counted, conditions };
  }
  const next = judged ?? found;
  return next === undefined ? counted : withProgress(counted, next, rollout);
}

function judge(
  rollout: Rollout,
  next: DeploymentStatus,
  known: DeploymentCondition | undefined,
): Progress | undefined {
  const subject = subjectOf(rollout);
  if (isComplete(rollout, next)) {
    return {
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${subject} has successfully progressed.`,
    };
  }
  if (gotOn(rollout.deployment.status ?? {}, next)) {
    return { status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
  }
  const remainingMs = deadlineInMs(rollout, known);
  if (remainingMs !== undefined && remainingMs < 0) {
    return {
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `${subject} has timed out progressing.`,
    };
  }
  return undefined;
}

function subjectOf(rollout: Rollout): string {
  return rollout.newSet === undefined
    ? `Deployment "${rollout.deployment.metadata.name ?? ''}"`
    : `ReplicaSet "${nameOf(rollout.newSet)}"`;
}

/** The status of a Deployment that is paused, or that only its `spec.replicas` moves. */
export function heldStatus(rollout: Rollout): DeploymentStatus {
  const counted = countedStatus(rollout);
  const known = progressing(counted);
  const paused = rollout.spec.paused === true;
  if (!hasDeadline(rollout) || known?.reason === 'ProgressDeadlineExceeded') return counted;
  if (paused && known?.reason !== 'DeploymentPaused') {
    return withProgress(
      counted,
      { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' },
      rollout,
    );
  }
  return counted;
}

/** The rollout goes on after a pause: the deadline counts from now. */
export function isResuming(rollout: Rollout): boolean {
  const reason = progressing(rollout.deployment.status)?.reason;
  return rollout.spec.paused !== true && reason === 'DeploymentPaused' && hasDeadline(rollout);
}

export function resumedStatus(rollout: Rollout): DeploymentStatus {
  const progress: Progress = {
    status: 'Unknown',
    reason: 'DeploymentResumed',
    message: 'Deployment is resumed',
  };
  return withProgress(countedStatus(rollout), progress, rollout);
}

/** All pods wanted are of the new revision and available, and no old one is left. */
export function isComplete(rollout: Rollout, status: DeploymentStatus): boolean {
  return (
    (status.updatedReplicas ?? 0) === rollout.replicas &&
    (status.replicas ?? 0) === rollout.replicas &&
    (status.availableReplicas ?? 0) === rollout.replicas &&
    (status.observedGeneration ?? 0) >= (rollout.deployment.metadata.generation ?? 0)
  );
}

/** When the deadline has to be looked at again; undefined when there is nothing to wait for. */
export function deadlineCheckMs(rollout: Rollout, status: DeploymentStatus): number | undefined {
  const known = progressing(status);
  if (!hasDeadline(rollout) || rollout.spec.paused === true || isComplete(rollout, status)) return undefined;
  if (known === undefined || known.reason === 'ProgressDeadlineExceeded') return undefined;
  const remainingMs = deadlineInMs(rollout, known);
  // Times have whole seconds: one more and the deadline has passed for sure.
  return remainingMs === undefined ? undefined : Math.max(0, remainingMs) + 1000;
}

function hasDeadline(rollout: Rollout): boolean {
  const seconds = rollout.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== noDeadlineSeconds;
}

/** Milliseconds to the deadline, negative behind it; undefined while no rollout runs that could miss it. */
function deadlineInMs(rollout: Rollout, known: DeploymentCondition | undefined): number | undefined {
  if (known === undefined || known.reason === 'NewReplicaSetAvailable') return undefined;
  if (known.reason === 'ProgressDeadlineExceeded') return -1;
  const fromMs = parseTime(known.lastUpdateTime ?? '');
  return fromMs === undefined
    ? undefined
    : fromMs + (rollout.spec.progressDeadlineSeconds ?? 0) * 1000 - rollout.nowMs;
}

/** A finished rollout stays finished while pods come and go, until its template changes. */
function isSettled(status: DeploymentStatus, known: DeploymentCondition | undefined): boolean {
  return status.replicas === status.updatedReplicas && known?.reason === 'NewReplicaSetAvailable';
}

/** More new pods, fewer old ones, more ready or more available than when last looked at. */
function gotOn(before: DeploymentStatus, next: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function progressing(status: DeploymentStatus | undefined): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === 'Progressing');
}

function others(status: DeploymentStatus): readonly DeploymentCondition[] {
  return (status.conditions ?? []).filter((condition) => condition.type !== 'Progressing');
}

function withProgress(status: DeploymentStatus, progress: Progress, rollout: Rollout): DeploymentStatus {
  const conditions = withDeploymentCondition(
    status.conditions ?? [],
    { type: 'Progressing', ...progress },
    rollout.nowMs,
  );
  return { ...status, conditions };
}
