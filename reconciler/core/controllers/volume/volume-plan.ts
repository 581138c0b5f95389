/** A volume's side of the binding: its phase, and what becomes of it when its claim is gone. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { boundByControllerAnnotation, provisionedByAnnotation } from '../../storage/annotations.ts';
import { isLocalPathVolume, isOnNode, localPathFinalizer } from '../../storage/local-path.ts';
import { isChosenByController } from './claim-plan.ts';
import { volumeEvents } from './volume-events.ts';
import { changed, withVolumePhase } from './volume-status.ts';

export function planVolume(volume: PersistentVolume, view: ClusterView, nowMs: number): Plan {
  const plan = planPhase(volume, view, nowMs);
  return plan.changes.length > 0 ? plan : { ...planLeave(volume, view), events: plan.events };
}

function planPhase(volume: PersistentVolume, view: ClusterView, nowMs: number): Plan {
  const reference = volume.spec?.claimRef;
  // Nobody's, or kept for a claim that has not come yet.
  if (reference === undefined || (reference.uid ?? '') === '')
    return { changes: changed(volume, withVolumePhase(volume, 'Available', nowMs)), events: [] };
  const named = view.get<PersistentVolumeClaim>(
    'v1',
    'PersistentVolumeClaim',
    reference.namespace ?? '',
    reference.name ?? '',
  );
  // A namesake that came later is another claim.
  const claim = named?.metadata.uid === reference.uid ? named : undefined;
  if (claim === undefined) return planReleased(volume, nowMs);
  const uses = claim.spec?.volumeName ?? '';
  // The claim's own plan completes the binding.
  if (uses === '') return emptyPlan;
  if (uses === volume.metadata.name)
    return { changes: changed(volume, withVolumePhase(volume, 'Bound', nowMs)), events: [] };
  return planUnwanted(volume, nowMs);
}

/** The claim is bound to another volume. */
function planUnwanted(volume: PersistentVolume, nowMs: number): Plan {
  const isProvisioned = volume.metadata.annotations?.[provisionedByAnnotation] !== undefined;
  if (isProvisioned && volume.spec?.persistentVolumeReclaimPolicy === 'Delete')
    return planReleased(volume, nowMs);
  return { changes: changed(volume, withVolumePhase(unbound(volume), 'Available', nowMs)), events: [] };
}

/** What a person reserved stays reserved; what the binder chose is free again. */
function unbound(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec ?? {};
  if (!isChosenByController(volume)) {
    const { uid: _, resourceVersion: __, ...reserved } = claimRef ?? {};
    return { ...volume, spec: { ...spec, claimRef: reserved } };
  }
  const { [boundByControllerAnnotation]: _, ...annotations } = volume.metadata.annotations ?? {};
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
}

/** The claim is gone: the reclaim policy says what becomes of the volume. */
function planReleased(volume: PersistentVolume, nowMs: number): Plan {
  const phase = volume.status?.phase;
  if (phase !== 'Released' && phase !== 'Failed')
    return { changes: changed(volume, withVolumePhase(volume, 'Released', nowMs)), events: [] };
  switch (volume.spec?.persistentVolumeReclaimPolicy) {
    case 'Delete':
      return planDeletion(volume, nowMs);
    case 'Recycle':
      return planFailure(volume, nowMs, 'VolumeFailedRecycle', recycleMessage);
    default:
      return emptyPlan;
  }
}

const recycleMessage =
  'No recycler plugin found for the volume! The reclaim policy Recycle is deprecated and not built: use Delete with a provisioner, or Retain';

/** Volumes of other provisioners are theirs to delete. */
function planDeletion(volume: PersistentVolume, nowMs: number): Plan {
  if (volume.metadata.deletionTimestamp !== undefined) return emptyPlan;
  if (isLocalPathVolume(volume)) {
    const uid = volume.metadata.uid ?? '';
    return { changes: [{ type: 'delete', ref: refOf(volume), uid }], events: [] };
  }
  if (volume.metadata.annotations?.[provisionedByAnnotation] !== undefined) return emptyPlan;
  const name = JSON.stringify(volume.metadata.name ?? '');
  const message = `error getting deleter volume plugin for volume ${name}: no deletable volume plugin matched`;
  return planFailure(volume, nowMs, 'VolumeFailedDelete', message);
}

function planFailure(volume: PersistentVolume, nowMs: number, reason: string, message: string): Plan {
  const after = withVolumePhase(volume, 'Failed', nowMs, { reason, message });
  if (after === volume) return emptyPlan;
  return { changes: changed(volume, after), events: [volumeEvents.warning(volume, reason, message)] };
}

/**
 * A local path that is deleted waits for its host to remove the folder, unless the folder is to be kept, or went with
 * its host.
 */
function planLeave(volume: PersistentVolume, view: ClusterView): Plan {
  const finalizers = volume.metadata.finalizers ?? [];
  const isLeaving = volume.metadata.deletionTimestamp !== undefined && volume.status?.phase !== 'Bound';
  if (!isLeaving || !finalizers.includes(localPathFinalizer)) return emptyPlan;
  const isKept = volume.spec?.persistentVolumeReclaimPolicy !== 'Delete';
  const hasHost = view.list<Node>('v1', 'Node').some((node) => isOnNode(volume, node));
  return !isKept && hasHost && isLocalPathVolume(volume)
    ? emptyPlan
    : { changes: changed(volume, withoutLocalPathFinalizer(volume)), events: [] };
}

/** The volume, its folder taken care of. */
export function withoutLocalPathFinalizer(volume: PersistentVolume): PersistentVolume {
  const finalizers = (volume.metadata.finalizers ?? []).filter((name) => name !== localPathFinalizer);
  return { ...volume, metadata: { ...volume.metadata, finalizers } };
}
