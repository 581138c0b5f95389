/** The two halves of a binding, as Kubernetes' binder writes them. */
import type {
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { bindCompletedAnnotation, boundByControllerAnnotation } from './annotations.ts';

/** A claim whose binding was once complete, and has to be again. */
export function isFullyBound({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[bindCompletedAnnotation] !== undefined;
}

export function claimReference(claim: PersistentVolumeClaim): ObjectReference {
  const { name = '', namespace = '', uid = '', resourceVersion } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name,
    namespace,
    uid,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** The volume with its claim in it; the same object where that is so already. */
export function volumeFor(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const before = volume.spec?.claimRef;
  if (before?.uid === claim.metadata.uid && before?.name === claim.metadata.name) return volume;
  const annotations =
    before === undefined
      ? { ...volume.metadata.annotations, [boundByControllerAnnotation]: 'yes' }
      : volume.metadata.annotations;
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...volume.spec, claimRef: { ...before, ...claimReference(claim) } },
  };
}

/** The claim with its volume in it, its binding complete; the same object where that is so already. */
export function claimFor(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const name = volume.metadata.name ?? '';
  const chosen = (claim.spec?.volumeName ?? '') === '';
  const annotations = { ...claim.metadata.annotations };
  if (!chosen && annotations[bindCompletedAnnotation] !== undefined) return claim;
  if (chosen) annotations[boundByControllerAnnotation] = 'yes';
  annotations[bindCompletedAnnotation] = 'yes';
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: name },
  };
}
