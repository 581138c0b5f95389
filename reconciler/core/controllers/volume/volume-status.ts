/** Statuses of volumes and claims, as Kubernetes' binder writes them. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../../model/json.ts';
import type { UpdateChange } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';

/** Why a volume is Failed. */
interface PhaseReason {
  readonly reason: string;
  readonly message: string;
}

/** The volume in a phase; the same object where it is in it already. */
export function withVolumePhase(
  volume: PersistentVolume,
  phase: 'Available' | 'Bound' | 'Released' | 'Failed',
  nowMs: number,
  why?: PhaseReason,
): PersistentVolume {
  // What others wrote into the status of a phase stays as long as the phase.
  if (volume.status?.phase === phase) return volume;
  return { ...volume, status: { phase, lastPhaseTransitionTime: formatTime(nowMs), ...why } };
}

/** A claim without a volume to use says nothing of its size; the same object where nothing changes. */
export function withClaimPhase(
  claim: PersistentVolumeClaim,
  phase: 'Pending' | 'Lost',
): PersistentVolumeClaim {
  const { accessModes: _, capacity: __, ...rest } = claim.status ?? {};
  const status = phase === 'Lost' ? { ...claim.status, phase } : { ...rest, phase };
  return sameJson(status, claim.status ?? {}) ? claim : { ...claim, status };
}

/** Size and modes are the volume's from the moment of the binding; a later growth is told when it is done. */
export function withClaimBound(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): PersistentVolumeClaim {
  const before = claim.status ?? {};
  const attributes = volume.spec?.volumeAttributesClassName;
  const keepsCapacity = before.phase === 'Bound' && before.capacity !== undefined;
  const status: PersistentVolumeClaim['status'] = {
    ...before,
    phase: 'Bound',
    accessModes: volume.spec?.accessModes ?? [],
    ...(keepsCapacity ? {} : { capacity: volume.spec?.capacity ?? {} }),
    ...(attributes === undefined || attributes === ''
      ? {}
      : { currentVolumeAttributesClassName: attributes }),
  };
  return sameJson(status, before) ? claim : { ...claim, status };
}

/** The update that makes `before` what `after` is; none where they are the same object. */
export function changed<T extends PersistentVolume | PersistentVolumeClaim>(
  before: T,
  after: T,
): readonly UpdateChange[] {
  return before === after ? [] : [{ type: 'update', scope: 'all', object: after }];
}
