/** A claim's side of the binding: find a volume, have one made, or say what it waits for. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../../schemas/kubernetes/types/storage-v1.ts';
import { defaultStorageClassOf } from '../../admission/default-classes.ts';
import { namesStorageClass, storageClassOf } from '../../admission/storage-class-name.ts';
import { emptyPlan, type EventRecord, type Plan } from '../../model/plan.ts';
import { isPodActive } from '../../model/pod-status.ts';
import type { ClusterView } from '../../model/view.ts';
import { boundByControllerAnnotation, selectedNodeAnnotation } from '../../storage/annotations.ts';
import { claimFor, isFullyBound, volumeFor } from '../../storage/binding.ts';
import { provisionedVolumeName } from '../../storage/local-path.ts';
import { usesClaim } from '../../storage/pod-claims.ts';
import { waitsForConsumer } from '../../storage/storage-class.ts';
import { candidatesFor, isVolumeOf, mismatchOf } from '../../storage/volume-match.ts';
import { provision } from './provision.ts';
import { volumeEvents } from './volume-events.ts';
import { changed, withClaimBound, withClaimPhase, withVolumePhase } from './volume-status.ts';

export function planClaim(claim: PersistentVolumeClaim, view: ClusterView, nowMs: number): Plan {
  if (isFullyBound(claim)) return planBoundClaim(claim, view, nowMs);
  if (claim.metadata.deletionTimestamp !== undefined) return emptyPlan;
  return (claim.spec?.volumeName ?? '') === ''
    ? planFreeClaim(claim, view, nowMs)
    : planReservingClaim(claim, view, nowMs);
}

/** Both halves, with their statuses, in one commit. */
function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, nowMs: number): Plan {
  const boundVolume = withVolumePhase(volumeFor(volume, claim), 'Bound', nowMs);
  const boundClaim = withClaimBound(claimFor(claim, volume), volume);
  return { changes: [...changed(volume, boundVolume), ...changed(claim, boundClaim)], events: [] };
}

function pending(claim: PersistentVolumeClaim, ...events: readonly EventRecord[]): Plan {
  return { changes: changed(claim, withClaimPhase(claim, 'Pending')), events };
}

/** Any volume will do. */
function planFreeClaim(claim: PersistentVolumeClaim, view: ClusterView, nowMs: number): Plan {
  // Found by its name: a thousand new claims do not each look at a thousand volumes.
  const made = view.get<PersistentVolume>('v1', 'PersistentVolume', '', provisionedVolumeName(claim));
  if (made !== undefined && isVolumeOf(made, claim)) return bind(claim, made, nowMs);
  const delayed = waitsForConsumer(claim, view);
  const { reserved, free } = candidatesFor(claim, view.list<PersistentVolume>('v1', 'PersistentVolume'));
  const volume = reserved ?? (delayed ? undefined : free[0]);
  if (volume !== undefined) return bind(claim, volume, nowMs);
  const assigned = withDefaultClass(claim, view);
  if (assigned !== claim) return { changes: changed(claim, assigned), events: [] };
  if (delayed && claim.metadata.annotations?.[selectedNodeAnnotation] === undefined)
    return pending(claim, consumerEvent(claim, view));
  if (storageClassOf(claim) !== '') return provision(claim, view);
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return pending(claim, volumeEvents.normal(claim, 'FailedBinding', message));
}

/** A claim that came before there was a default class gets it afterwards. */
function withDefaultClass(claim: PersistentVolumeClaim, view: ClusterView): PersistentVolumeClaim {
  if (namesStorageClass(claim)) return claim;
  const classes = view.list<StorageClass>('storage.k8s.io/v1', 'StorageClass');
  const name = defaultStorageClassOf(classes)?.metadata.name;
  return name === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName: name } };
}

function consumerEvent(claim: PersistentVolumeClaim, view: ClusterView): EventRecord {
  const waiting = view
    .podsOnNode('')
    .filter(
      (pod: Pod) =>
        pod.metadata.namespace === claim.metadata.namespace &&
        isPodActive(pod) &&
        usesClaim(pod, claim.metadata.name ?? ''),
    )
    .map(({ metadata }) => metadata.name ?? '');
  if (waiting.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return volumeEvents.normal(claim, 'WaitForFirstConsumer', message);
  }
  const pods = waiting.length === 1 ? `pod ${waiting[0] ?? ''}` : `pods ${waiting.join(',')}`;
  return volumeEvents.normal(claim, 'WaitForPodScheduled', `waiting for ${pods} to be scheduled`);
}

/** The claim names its volume. */
function planReservingClaim(claim: PersistentVolumeClaim, view: ClusterView, nowMs: number): Plan {
  const name = claim.spec?.volumeName ?? '';
  const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name);
  if (volume === undefined) return pending(claim);
  if (volume.spec?.claimRef === undefined) {
    const mismatch = mismatchOf(volume, claim);
    if (mismatch === undefined) return bind(claim, volume, nowMs);
    const message = `Cannot bind to requested volume ${JSON.stringify(name)}: ${mismatch}`;
    return pending(claim, volumeEvents.warning(claim, 'VolumeMismatch', message));
  }
  if (isVolumeOf(volume, claim)) return bind(claim, volume, nowMs);
  const message = `volume ${JSON.stringify(name)} already bound to a different claim.`;
  return pending(claim, volumeEvents.warning(claim, 'FailedBinding', message));
}

/** The binding was complete: a volume that is gone now took the data with it. */
function planBoundClaim(claim: PersistentVolumeClaim, view: ClusterView, nowMs: number): Plan {
  const name = claim.spec?.volumeName ?? '';
  if (name === '')
    return lost(
      claim,
      'ClaimLost',
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
    );
  const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name);
  if (volume === undefined)
    return lost(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  if (volume.spec?.claimRef === undefined || volume.spec.claimRef.uid === claim.metadata.uid)
    return bind(claim, volume, nowMs);
  if (isVolumeOf(volume, claim)) return bind(claim, volume, nowMs);
  return lost(
    claim,
    'ClaimMisbound',
    'Two claims are bound to the same volume, this one is bound incorrectly',
  );
}

function lost(claim: PersistentVolumeClaim, reason: string, message: string): Plan {
  const after = withClaimPhase(claim, 'Lost');
  if (after === claim) return emptyPlan;
  return { changes: changed(claim, after), events: [volumeEvents.warning(claim, reason, message)] };
}

/** Whether the binder chose the volume's claim, and may take it back. */
export function isChosenByController(volume: PersistentVolume): boolean {
  return volume.metadata.annotations?.[boundByControllerAnnotation] !== undefined;
}
